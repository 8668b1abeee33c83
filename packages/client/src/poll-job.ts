import type { JobDocument } from '@buzzer/contract'
import { readJob, readProblem } from './answer.ts'
import { isFinalEvent, type JobEvent } from './job-event.ts'
import { jobRequest, type JobRoute } from './job-route.ts'
import { longPoll, minPauseMs, pauseUntil } from './poll.ts'
import { readDifference, startAnew, type Seen } from './read-event.ts'
import { retryAfterMs } from './time.ts'

interface Look {
  /** Null where nothing has changed. */
  readonly job: JobDocument | null
  readonly etag: string | null
  /** How long to wait before the next look where this one was not held, in milliseconds. */
  readonly pauseMs: number
}

/**
 * Follows a job by long polling, until it has ended. Pieces of output do not show this way, and of
 * changes that come close together only the last one does.
 */
export async function* pollJob(
  route: JobRoute,
  seen: Seen,
  alive: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, void> {
  const { clock } = route.transport
  for (let etag: string | null = null; ;) {
    const startedAt = clock.now()
    const look = await lookAt(route, etag, signal)
    alive()
    // Where nothing was known yet, the next look is the first that is held.
    let isQuiet = etag !== null || look.etag === null
    etag = look.etag ?? etag
    for (const event of look.job === null ? [] : readLook(seen, look.job)) {
      yield event
      if (isFinalEvent(event)) return
      isQuiet = false
    }
    if (isQuiet) await pauseUntil(clock, startedAt + look.pauseMs, signal)
  }
}

function* readLook(seen: Seen, job: JobDocument): Generator<JobEvent, void> {
  if (seen.cursor !== null && job.version < seen.cursor) yield startAnew(seen, job)
  const event = seen.job?.version === job.version ? null : readDifference(seen.job, job)
  const final = readDifference(null, job)
  seen.job = job
  // The final event is due even if the job's last version is known, from a stream that was cut.
  const due = event ?? (final !== null && isFinalEvent(final) ? final : null)
  if (due === null) return
  // As in a stream, a snapshot says nothing of the pieces of output below it: see `readEvent`.
  if (due.type !== 'job.snapshot') seen.cursor = Math.max(seen.cursor ?? 0, due.sequence)
  yield due
}

function lookAt(
  route: JobRoute,
  etag: string | null,
  signal: AbortSignal | undefined,
): Promise<Look> {
  // Without a tag it would wait for the end of the job, and tell nothing of what comes before.
  const waiting = etag === null ? null : longPoll(etag)
  // As with streams, whoever follows the job counts the failures.
  const request = jobRequest(route, 'GET', '', { ...waiting, signal, repeatable: false })
  return route.transport.send(request, (response) => readAnswer(route, response))
}

async function readAnswer(route: JobRoute, response: Response): Promise<Look> {
  const asked = retryAfterMs(response.headers, route.transport.clock.now())
  const common = {
    etag: response.headers.get('etag'),
    pauseMs: Math.max(minPauseMs, asked ?? 0),
  }
  if (response.status === 304) return { ...common, job: null }
  if (!response.ok) throw await readProblem(response)
  return { ...common, job: await readJob(response) }
}
