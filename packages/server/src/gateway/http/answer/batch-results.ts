import { problemDocument } from '@buzzer/contract'
import { createJsonCheck } from '../../../core/json-check.ts'
import { isJsonType } from '../../../core/media-type.ts'
import { isBlob, type Body, type Result } from '../../../core/payload.ts'
import type { BatchResult } from '../../../engine/batch-results.ts'
import { errorDocument, jobPath } from '../../job-document.ts'
import type { HttpContext } from '../context.ts'
import { resultLost } from './result.ts'

/** So much text is put together before it is written, in characters. */
const chunkLength = 32_768

/**
 * Writes what became of the jobs as one JSON array, piece by piece: no more than one small result
 * or one piece of a large one is in memory.
 */
export async function* batchResultsText(
  ctx: HttpContext,
  results: AsyncIterable<BatchResult>,
): AsyncGenerator<string, void> {
  let text = '['
  let comma = ''
  for await (const result of results) {
    text += comma
    comma = ',\n'
    for await (const piece of entryText(ctx, result)) {
      text += piece
      if (text.length < chunkLength) continue
      yield text
      text = ''
    }
  }
  yield `${text}]`
}

async function* entryText(ctx: HttpContext, entry: BatchResult): AsyncGenerator<string, void> {
  const { job, state, result } = entry
  const text = JSON.stringify({ job, state, ...errorOf(ctx, entry) })
  if (result === null) {
    yield text
    return
  }
  yield `${text.slice(0, -1)},"result":`
  yield* valueText(ctx, result)
  yield '}'
}

function errorOf(ctx: HttpContext, { job, state, result, failed, problem }: BatchResult): object {
  const publicUrl = ctx.publicUrl()
  if (failed !== null) return { error: errorDocument(failed.job, failed.failures, publicUrl) }
  const missing = problem ?? (state === 'succeeded' && result === null ? resultLost : null)
  if (missing === null) return {}
  return { error: problemDocument(missing, publicUrl, jobPath({ id: job })) }
}

/** JSON as it is, other text as a string, bytes in base64 with what they are. */
async function* valueText(ctx: HttpContext, result: Result): AsyncGenerator<string, void> {
  const { body, mediaType } = result
  const type = mediaType ?? 'application/octet-stream'
  if (isJsonType(type) && (await isWhole(ctx, body))) return yield* utf8Text(ctx, body)
  if (type.startsWith('text/')) return yield* stringText(ctx, body)
  yield `{"mediaType":${JSON.stringify(type)},"base64":"`
  yield* base64Text(ctx, body)
  yield '"}'
}

/**
 * Whether it is what it says: one that is something else must not spoil the whole array. A large one
 * is read twice for that.
 */
const isWhole = (ctx: HttpContext, body: Body): boolean | Promise<boolean> =>
  isBlob(body) ? checks(piecesOf(ctx, body)) : parses(body)

function parses(body: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return true
  } catch {
    return false
  }
}

async function checks(pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
  const check = createJsonCheck()
  for await (const piece of pieces) if (!check.add(piece)) return false
  return check.end()
}

async function* piecesOf({ engine }: HttpContext, body: Body): AsyncGenerator<Uint8Array, void> {
  if (isBlob(body)) yield* engine.blobs.read(body)
  else yield body
}

async function* utf8Text(ctx: HttpContext, body: Body): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  for await (const piece of piecesOf(ctx, body)) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

async function* stringText(ctx: HttpContext, body: Body): AsyncGenerator<string, void> {
  yield '"'
  for await (const text of utf8Text(ctx, body)) yield JSON.stringify(text).slice(1, -1)
  yield '"'
}

/** Three bytes are four characters, so what is over waits for the next piece. */
async function* base64Text(ctx: HttpContext, body: Body): AsyncGenerator<string, void> {
  let over: Uint8Array = new Uint8Array()
  for await (const piece of piecesOf(ctx, body)) {
    const bytes = Buffer.concat([over, piece])
    const end = bytes.byteLength - (bytes.byteLength % 3)
    yield bytes.subarray(0, end).toString('base64')
    over = bytes.subarray(end)
  }
  yield Buffer.from(over).toString('base64')
}
