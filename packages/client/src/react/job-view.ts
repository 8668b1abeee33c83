import type { JobDocument, JobState } from '@buzzer/contract'
import { JobCancelledError, JobFailedError } from '../error.ts'
import type { JobEvent } from '../job-event.ts'
import type { JobHandle } from '../job-handle.ts'
import { createStore, type Store } from './store.ts'

/** A job as a component shows it. */
export interface JobView<Output = unknown> {
  /** Null until it was seen. */
  readonly job: JobDocument | null
  readonly state: JobState | null
  readonly progress: JobDocument['progress']
  /** The pieces of the result so far; empty again where the attempt that made them failed. */
  readonly output: readonly unknown[]
  /** Undefined until it has succeeded and its result was read. */
  readonly result: Output | undefined
  /** How it failed or that it was cancelled, or why it cannot be read. */
  readonly error: Error | null
}

export const noJob: JobView<never> = {
  job: null,
  state: null,
  progress: null,
  output: [],
  result: undefined,
  error: null,
}

/** Follows a job while somebody looks at it. */
export function jobStore<Output>(handle: JobHandle<Output>): Store<JobView<Output>> {
  const first: JobView<Output> =
    handle.job === null ? noJob : { ...noJob, ...membersOf(handle.job) }
  let cursor = 0
  let isRead = false
  return createStore(first, async (update, signal) => {
    try {
      const stream = handle.events({ since: cursor, signal })
      for await (const event of stream) {
        // What is not shown any more is read again at the next look.
        if (signal.aborted) return
        cursor = stream.cursor ?? cursor
        update((view) => withEvent(view, event))
      }
      if (handle.job?.state !== 'succeeded' || isRead) return
      const result = await handle.result({ signal })
      isRead = true
      update((view) => ({ ...view, result }))
    } catch (error) {
      update((view) => ({ ...view, error: errorOf(error) }))
    }
  })
}

const membersOf = (job: JobDocument) => ({ job, state: job.state, progress: job.progress })

function withEvent<Output>(view: JobView<Output>, event: JobEvent): JobView<Output> {
  const { job } = event
  return {
    ...view,
    ...membersOf(job),
    output: outputAfter(view, event),
    error:
      event.type === 'job.failed'
        ? new JobFailedError(job)
        : event.type === 'job.cancelled'
          ? new JobCancelledError(job)
          : null,
  }
}

/** Pieces are void with their attempt, also where it was not seen how that ended. */
function outputAfter(view: JobView, event: JobEvent): readonly unknown[] {
  const isSameAttempt =
    view.job === null || (view.job.run === event.job.run && view.job.attempt === event.job.attempt)
  const kept = isSameAttempt && event.type !== 'job.retrying' ? view.output : []
  return event.type === 'job.output' ? [...kept, event.piece] : kept
}

export const errorOf = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))
