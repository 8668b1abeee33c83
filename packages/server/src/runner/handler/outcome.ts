import type { Problem, ValidationError } from '@buzzer/contract'
import { formatBytes } from '../../core/bytes.ts'
import { isBlob, type Body, type Result } from '../../core/payload.ts'
import { gather, spool, TooLarge } from '../../core/spool.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import type { HandlerEntry } from './handler-set.ts'
import { jsonMediaType, type EncodedStream } from './output.ts'
import { parseInput } from './input.ts'

/** What an attempt failed with, as the port says it. */
export const failed = (
  error: Problem,
  retryable: boolean,
  retryAfterMs: number | null = null,
): RunOutcome => ({ kind: 'failed', error, retryable, retryAfterMs })

/** A fault of the handler's own, with the code that those have; another try may help. */
export const handlerFailed = (detail: string, retryable = true): RunOutcome =>
  failed({ code: 'handler-failed', detail }, retryable)

/** Lists at most this many of the things that are wrong with an output. */
const maxListed = 20

/**
 * Takes what a handler gave as the result, if it is as its operation says and not too large.
 *
 * @param maxBytes the largest result that is kept
 */
export function resultOf(
  encoded: { readonly mediaType: string; readonly body: Uint8Array },
  checkOutput: HandlerEntry['checkOutput'],
  maxBytes: number,
): RunOutcome {
  const { mediaType, body } = encoded
  if (body.byteLength > maxBytes) return tooLarge(`${formatBytes(body.byteLength)}, of`, maxBytes)
  const errors = checkOutput === null ? [] : wrongWith(encoded, checkOutput)
  if (errors.length > 0) return badOutput(errors)
  return { kind: 'done', result: { status: 200, mediaType, headers: [], body } }
}

/**
 * Takes what a handler gives piece by piece, as it comes.
 *
 * @throws whatever the handler does while it gives it
 */
export async function resultOfStream(
  { mediaType, stream }: EncodedStream,
  { blobs, signal }: Pick<Attempt, 'blobs' | 'signal'>,
  checkOutput: HandlerEntry['checkOutput'],
  maxBytes: number,
): Promise<RunOutcome> {
  const isChecked = checkOutput !== null && mediaType === jsonMediaType
  try {
    const body: Body = isChecked
      ? await gather(stream, maxBytes)
      : await spool(stream, {
          maxBytes,
          write: (source) => blobs.write(source, { maxBytes, signal }),
        })
    return isBlob(body)
      ? { kind: 'done', result: { status: 200, mediaType, headers: [], body } }
      : resultOf({ mediaType, body }, checkOutput, maxBytes)
  } catch (fault) {
    if (fault instanceof TooLarge) return tooLarge('too much, of', maxBytes)
    if (fault instanceof StoreUnavailable) return handlerFailed(`${notKept} ${fault.message}`)
    throw fault
  }
}

const notKept = 'What the handler gave could not be kept.'

function wrongWith(
  { mediaType, body }: Pick<Result, 'mediaType'> & { readonly body: Uint8Array },
  check: (output: unknown) => readonly ValidationError[],
): readonly ValidationError[] {
  // Bytes that are not JSON are not what a JSON Schema describes; their handler chose them.
  if (mediaType !== jsonMediaType) return []
  const parsed = parseInput(body)
  return parsed.kind === 'parsed'
    ? check(parsed.value)
    : [{ pointer: '', detail: 'This is not JSON.' }]
}

const badOutput = (errors: readonly ValidationError[]): RunOutcome =>
  failed(
    {
      code: 'handler-failed',
      detail: "What the handler gave does not match its operation's output schema.",
      errors: errors.slice(0, maxListed),
    },
    true,
  )

const tooLarge = (given: string, maxBytes: number): RunOutcome =>
  handlerFailed(
    `The handler gave ${given} ${formatBytes(maxBytes)} at most. Give less, or raise limits.result.`,
    false,
  )
