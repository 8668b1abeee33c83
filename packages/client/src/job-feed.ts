import type { Feed } from './feed.ts'
import { isFinalEvent, type JobEvent } from './job-event.ts'
import { jobRequest, type JobRoute } from './job-route.ts'
import { pollJob } from './poll-job.ts'
import { readEvent, seenFrom } from './read-event.ts'

/** @param since the offset after which to begin; null for what comes from now on */
export function jobFeed(route: JobRoute, since: number | null): Feed<JobEvent> {
  const seen = seenFrom(since)
  return {
    transport: route.transport,
    notFound: 'job-not-found',
    subscription: { channel: `jobs/${route.id}`, token: route.token },
    // The cursor that it begins at is that of the snapshot, which is not kept: see `readEvent`.
    begin: () => {},
    get cursor() {
      return seen.cursor
    },
    open: (headers, signal) => jobRequest(route, 'GET', '/events', { headers, signal }),
    read: (message) => readEvent(seen, message),
    isFinal: isFinalEvent,
    poll: (alive, signal) => pollJob(route, seen, alive, signal),
  }
}
