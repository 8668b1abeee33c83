import { createByteQueue } from '../../core/byte-queue.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import type { HandlerEntry } from './handler-set.ts'
import { resultOfStream } from './outcome.ts'
import type { Chunk } from './thread-message.ts'

/** What a thread gives piece by piece, on its way to where it is kept. */
export interface Collector {
  add(chunk: Chunk): void
  /** Why no more is taken, once that is so. */
  refusal(): RunOutcome | null
  /** All has come. @returns null where nothing did */
  finish(): Promise<RunOutcome> | null
  /** The rest will not come. */
  drop(): void
}

export interface CollectorTerms {
  readonly attempt: Attempt
  readonly entry: HandlerEntry
  readonly maxBytes: number
  /** Lets the thread make the next piece, or tells it why there is to be none. */
  taken(piece: number, fault: string | null): void
}

/** On their way, in bytes. */
const queuedBytes = 1_048_576
const noMore = 'No more of the result is taken.'

export function createCollector({ attempt, entry, maxBytes, taken }: CollectorTerms): Collector {
  let waiting: number | null = null
  let isFull = false
  let kept: Promise<RunOutcome> | null = null
  let refusal: RunOutcome | null = null

  const answer = (fault: string | null): void => {
    if (waiting !== null) taken(waiting, fault)
    waiting = null
  }
  const queue = createByteQueue({
    mostBytes: queuedBytes,
    pause: () => {
      isFull = true
    },
    resume: () => {
      isFull = false
      answer(null)
    },
  })
  const start = (mediaType: string): Promise<RunOutcome> => {
    const stream = queue.source as AsyncIterable<Uint8Array<ArrayBuffer>>
    const result = resultOfStream({ mediaType, stream }, attempt, entry.checkOutput, maxBytes)
    const watch = (outcome: RunOutcome): void => {
      if (outcome.kind !== 'failed') return
      refusal = outcome
      answer(noMore)
    }
    result.then(watch, () => undefined)
    return result
  }

  return {
    refusal: () => refusal,
    add({ piece, mediaType, bytes }) {
      waiting = piece
      kept ??= start(mediaType)
      queue.push(bytes)
      if (refusal !== null) answer(noMore)
      else if (!isFull) answer(null)
    },
    finish() {
      queue.end()
      return kept
    },
    drop: () => queue.fail(new Error(noMore)),
  }
}
