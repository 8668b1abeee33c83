import type { JobEventType } from '@buzzer/contract'
import { isOutcome, type Job, type Outcome } from '../core/job.ts'
import { observe } from '../core/observe.ts'
import { isInline } from '../core/payload.ts'
import { jobTopic } from '../ports/bus.ts'
import type { Piece } from '../ports/store.ts'
import type { EngineContext } from './context.ts'
import { viewJob } from './view.ts'
import type { JobEvent } from './job-event.ts'
import { createHint } from './wait.ts'

/** A reader holds one page of output while it takes it; the first one is small, to see its size. */
const firstPage = 8
const maxPage = 256
const pageBytes = 262_144
/** Hints may be lost, so a reader also looks by itself this often, in milliseconds. */
const lookMs = 2_000

/**
 * Replays a job and then follows it: a snapshot, the pieces of output above the cursor, and what
 * happens from then on, up to and with its end. The reader pulls: what it does not take is not
 * buffered here, and several changes become one look.
 *
 * @param since the reader's cursor, exclusive; 0 for all pieces that are kept
 * @param signal ends the stream; it then just stops, and `since` resumes it
 */
export async function* watchJob(
  ctx: EngineContext,
  start: Job,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  using hint = createHint(ctx, jobTopic(start.id), signal)

  // Backfill: where the job stands, and the output that the reader has not seen.
  let seen = await look(ctx, start)
  // The protocol gives the snapshot the job's version, above those of the pieces that follow it: a
  // reader that keeps a cursor takes it from the other events.
  const view = await viewJob(ctx, seen)
  const [offset, at] = [seen.version, ctx.clock.now()]
  yield { type: 'job.snapshot', offset, at, view, result: null }
  // Of what came before the cursor nothing counts any more, which a snapshot does not say.
  if (since > 0 && seen.voidedAt > since) {
    yield { type: 'job.retrying', offset: seen.voidedAt, at, view, result: null }
  }
  yield* outputAbove(ctx, seen, since)

  // Streaming: look again at every hint. The subscription is older than the first look, so there
  // is no gap between the two and no cutover to make.
  while (!isOutcome(seen) && !signal.aborted) {
    await hint.next(lookMs)
    const job = await look(ctx, seen)
    yield* newsSince(ctx, seen, job)
    seen = job
  }
  if (isOutcome(seen)) yield await ending(ctx, seen)
}

async function look(ctx: EngineContext, known: Job): Promise<Job> {
  const lookup = await ctx.store.jobs.read(known.id)
  // A job that was erased while it was watched has nothing more to tell.
  if (lookup.kind !== 'found') throw new JobGone()
  return lookup.job
}

/** The job was erased, or left its retention, while somebody watched it. */
export class JobGone extends Error {
  override readonly name = 'JobGone'
}

/**
 * What happened since the last look. Each piece of output has an offset of its own, and a cursor
 * must never pass one that is told later: so the changes are told where the pieces leave an offset
 * free, which is one that nobody has been given yet.
 */
async function* newsSince(ctx: EngineContext, seen: Job, job: Job): AsyncGenerator<JobEvent> {
  let changes = await changesSince(ctx, seen, job)
  let cursor = seen.version
  for await (const piece of outputAbove(ctx, job, cursor)) {
    if (piece.offset > cursor + 1) {
      yield* changes.map((change) => below(piece, change))
      changes = []
    }
    cursor = piece.offset
    yield piece
  }
  yield* changes
}

const below = ({ offset }: JobEvent, change: JobEvent): JobEvent => ({
  ...change,
  offset: Math.min(change.offset, offset - 1),
})

async function changesSince(ctx: EngineContext, seen: Job, job: Job): Promise<JobEvent[]> {
  const types = observe(seen, job).filter(isLive)
  if (types.length === 0) return []
  const view = await viewJob(ctx, job)
  const now = ctx.clock.now()
  return types.map((type) => {
    const began = type === 'job.running' && job.state === 'running'
    // A new attempt is told below what follows it, so that a reader who is cut off in between comes
    // back for that.
    const offset = type === 'job.retrying' ? job.voidedAt : job.version
    return { type, offset, at: began ? job.attemptStartedAt : now, view, result: null }
  })
}

type LiveType = Exclude<JobEventType, 'job.output' | 'job.snapshot'>

const isLive = (type: JobEventType): type is LiveType =>
  !['job.succeeded', 'job.failed', 'job.cancelled', 'job.output'].includes(type)

async function* outputAbove(ctx: EngineContext, job: Job, since: number): AsyncGenerator<JobEvent> {
  let cursor = since
  let limit = firstPage
  for (;;) {
    const page = await ctx.store.payloads.pieces(job.id, cursor, limit)
    for (const piece of page) {
      // Newer than the look at the job: the next look tells what happened before it.
      if (piece.version > job.version) return
      yield outputEvent(job, piece)
      cursor = piece.version
    }
    if (page.length < limit) return
    limit = nextPage(page)
  }
}

/** As many pieces as will be about a page, going by those of the last one. */
function nextPage(page: readonly Piece[]): number {
  const bytes = page.reduce((sum, { json }) => sum + json.length, 0)
  return Math.max(1, Math.min(maxPage, Math.floor((pageBytes * page.length) / Math.max(1, bytes))))
}

const outputEvent = (job: Job, { version, attempt, index, at, json }: Piece): JobEvent => ({
  type: 'job.output',
  offset: version,
  at,
  job,
  output: { attempt, index, piece: JSON.parse(json) as unknown },
})

async function ending(ctx: EngineContext, job: Outcome): Promise<JobEvent> {
  const result = job.state === 'succeeded' ? await ctx.store.payloads.result(job.id) : null
  return {
    type: `job.${job.state}`,
    offset: job.version,
    at: job.finishedAt,
    view: await viewJob(ctx, job),
    result: result !== null && isInline(result) ? result : null,
  }
}
