import type { Progress, Running } from '../core/job.ts'
import type { Millis } from '../core/time.ts'
import { jobTopic } from '../ports/bus.ts'
import type { Note, Piece } from '../ports/store.ts'
import type { EngineContext } from './context.ts'
import { hintChange } from './fan-out/hint.ts'
import { persist } from './persist.ts'

/** What an attempt says while it runs: its latest progress, and pieces of its output. */
export interface Notes {
  progress(percent: number | null, message: string | null): Promise<void>
  output(piece: unknown): Promise<void>
  /** Writes what is left. @returns the job with its version as it is then */
  close(): Promise<Running>
}

/** Progress and output are written at most this often, in milliseconds. */
const intervalMs = 250
/** Output that is not written yet; a handler that is faster waits. */
const maxBufferedBytes = 1_048_576
/** All the output of one attempt. */
const maxOutputBytes = 33_554_432

/**
 * Collects what an attempt says and writes it in few notes: the first at once, later ones at most
 * four times a second, so that a chatty handler costs no more than a quiet one.
 */
export function createNotes(ctx: EngineContext, start: Running): Notes {
  let job = start
  let progress: Progress | null = null
  let pieces: Piece[] = []
  let bufferedBytes = 0
  let outputBytes = 0
  let index = 0
  let lastWriteAt = -Infinity
  let writing: Promise<void> | null = null
  let callOff: (() => void) | null = null
  let closed = false

  const write = async (): Promise<void> => {
    callOff = null
    // Progress has an offset of its own, below those of the pieces: one that it shared with a piece
    // from before would tell a reader that it has seen it already.
    const version = job.version + Math.max(1, pieces.length + (progress === null ? 0 : 1))
    const note = {
      lease: { id: job.id, fence: job.fence },
      version,
      progress: progress ?? job.progress,
      // Each piece has an offset of its own on the job's channel, and the last is the version.
      pieces: pieces.map((piece, at) => ({ ...piece, version: version - pieces.length + 1 + at })),
    }
    job = { ...job, version, progress: note.progress }
    progress = null
    pieces = []
    bufferedBytes = 0
    lastWriteAt = ctx.clock.monotonic()
    await put(ctx, note, job.attemptUntil)
    hintChange(ctx, job)
  }

  const pending = (): boolean => progress !== null || pieces.length > 0

  const pump = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null
      if (pending() && !closed) schedule()
    })
    return writing
  }

  const schedule = (): void => {
    if (closed || writing !== null || callOff !== null) return
    const waitMs = lastWriteAt + intervalMs - ctx.clock.monotonic()
    if (waitMs <= 0) void pump()
    else callOff = ctx.clock.after(waitMs, () => void pump())
  }

  return {
    async progress(percent, message) {
      if (closed) return
      progress = { percent, message }
      schedule()
    },
    async output(piece) {
      if (closed) return
      const json = JSON.stringify(piece) ?? 'null'
      const bytes = Buffer.byteLength(json)
      outputBytes += bytes
      if (outputBytes > maxOutputBytes) throw new Error(outputTooLarge)
      pieces.push({ version: 0, attempt: job.attempt, index, at: ctx.clock.now(), json })
      index += 1
      bufferedBytes += bytes
      schedule()
      if (bufferedBytes > maxBufferedBytes) await flush()
    },
    async close() {
      closed = true
      // What is written now may be another's flush, and more may have come behind it.
      while (writing !== null || pending()) await flush()
      return job
    },
  }

  async function flush(): Promise<void> {
    callOff?.()
    callOff = null
    if (writing !== null) await writing
    if (pending()) await pump()
  }
}

const outputTooLarge = `The attempt put out more than ${maxOutputBytes} bytes in pieces.`

/** A worker whose note is refused, or cannot be written while its lease stands, has to stop. */
async function put(ctx: EngineContext, note: Note, until: Millis): Promise<void> {
  const written = await persist(ctx, until, () => ctx.store.leases.note(note))
  if (written === 'noted') ctx.bus.publish(jobTopic(note.lease.id))
  else ctx.held.find(note.lease.id, note.lease.fence)?.stop('lost')
}
