import { isOutcome } from '../../core/job.ts'
import { isInline } from '../../core/payload.ts'
import type { ChannelEvent, ChannelPage } from '../../ports/events.ts'
import type { EngineContext } from '../context.ts'
import { viewJob } from '../view.ts'
import type { ToldEvent, ToldPage } from './told-event.ts'

/** Adds to the outcomes of a page what an event of them says besides. */
export async function tellPage(ctx: EngineContext, page: ChannelPage): Promise<ToldPage> {
  const { events } = page
  if (!events.some(({ kind }) => kind === 'outcome')) return page as ToldPage
  return { ...page, events: await Promise.all(events.map((event) => tellEvent(ctx, event))) }
}

/** The same for one. */
export async function tellEvent(ctx: EngineContext, event: ChannelEvent): Promise<ToldEvent> {
  if (event.kind !== 'outcome') return event
  const lookup = await ctx.store.jobs.read(event.job)
  if (lookup.kind !== 'found') return { ...event, view: null, result: null }
  const { job } = lookup
  // A job that was run again since says nothing of the outcome that this is about.
  if (!isOutcome(job) || job.run !== event.run) return { ...event, view: null, result: null }
  const result = job.state === 'succeeded' ? await ctx.store.payloads.result(job.id) : null
  return {
    ...event,
    view: await viewJob(ctx, job),
    result: result !== null && isInline(result) ? result : null,
  }
}
