import { exitCodes } from './command-error.ts'
import { writeLine, type Terminal } from './terminal.ts'

/** What is watched, and what a person sees of it. */
export interface Watched<Event> {
  readonly events: AsyncIterable<Event>
  /** Aborted when whoever watches has seen enough. */
  readonly signal: AbortSignal
  isSuccess(event: Event): boolean
  /** @returns null where it says nothing new */
  show(event: Event): string | null
}

/**
 * Writes each event as a line, until the last.
 *
 * @returns the exit code: whether it ended well
 */
export async function watchEvents<Event>(
  { stdout }: Terminal,
  { events, signal, isSuccess, show }: Watched<Event>,
): Promise<number> {
  let succeeded = false
  try {
    for await (const event of events) {
      succeeded = isSuccess(event)
      const line = show(event)
      if (line !== null) writeLine(stdout, line)
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
  return succeeded ? exitCodes.done : exitCodes.failed
}
