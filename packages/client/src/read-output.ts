import type { JobEvent } from './job-event.ts'

/** A piece of the result, or word that something is missing. */
export type OutputUpdate =
  | {
      readonly type: 'piece'
      readonly attempt: number
      readonly index: number
      readonly piece: unknown
    }
  /** Throw away every piece so far: the attempt that made them failed, and another starts over. */
  | { readonly type: 'void' }
  /** Pieces that came before the next one are no longer kept. */
  | { readonly type: 'gap' }

/** Picks the pieces of output from a job's events, and says when those before are void. */
export async function* readOutput(
  events: AsyncIterable<JobEvent>,
): AsyncGenerator<OutputUpdate, void> {
  // The run and attempt of the pieces given out; null where there are none to throw away.
  let given: string | null = null
  for await (const event of events) {
    const source = sourceOf(event)
    if (given !== null && source !== given) yield { type: 'void' }
    if (source !== given) given = null
    if (event.type === 'reset') yield { type: 'gap' }
    if (event.type !== 'job.output') continue
    given = source
    yield { type: 'piece', attempt: event.attempt, index: event.index, piece: event.piece }
  }
}

/**
 * What the pieces at this point belong to. It also changes where `job.retrying` itself was missed,
 * between two connections.
 */
function sourceOf(event: JobEvent): string {
  if (event.type === 'job.retrying') return 'none'
  return `${event.job.run}/${event.type === 'job.output' ? event.attempt : event.job.attempt}`
}
