import { formatSequence, type Problem } from '@buzzer/contract'
import type { Running, Trace } from '../../core/job.ts'
import type { EventData } from '../../core/event.ts'
import { readDraft } from '../../core/read-draft.ts'
import { traceAttributes } from '../../core/trace.ts'
import type { PublishAnswer } from '../../ports/runner.ts'
import type { EngineContext } from '../context.ts'
import { findPlace, isDeclared } from './place.ts'
import { publish } from './publish.ts'

/** Publishes what a handler gave, for the tenant of its job. */
export async function publishFrom(
  ctx: EngineContext,
  job: Running,
  trace: Trace | null,
  channel: string,
  event: unknown,
): Promise<PublishAnswer> {
  const place = findPlace(ctx.catalog, job, channel)
  if (place === null || !isDeclared(place)) return refused(noChannel(channel))
  if (typeof event !== 'object' || event === null) return refused(noEvent)
  const given = defined(event as Readonly<Record<string, unknown>>)
  const traced = given['traceparent'] === undefined ? traceAttributes(trace) : {}
  const attributes = { subject: job.id, ...traced, ...given }
  const read = readDraft(attributes, 'type-only', bytesIn(given['data']))
  if (read.kind === 'invalid') return refused({ ...noEvent, errors: read.errors })
  const published = await publish(ctx, place, [read.draft])
  if (published.kind === 'refused') return published
  const [{ id, offset } = nothing] = published.events
  return { kind: 'published', id, sequence: formatSequence(offset) }
}

const nothing = { id: '', offset: 0 }

/** What is undefined was left out. */
const defined = (given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

const bytesIn = (data: unknown): EventData | null =>
  data instanceof Uint8Array ? { kind: 'bytes', bytes: data } : null

const refused = (problem: Problem): PublishAnswer => ({
  kind: 'refused',
  problem,
})

const noChannel = (name: string) => ({
  code: 'channel-not-found',
  detail: `There is no channel '${name}' to publish to. Declare it in the configuration.`,
})

const noEvent = {
  code: 'validation-failed',
  detail: "What was published is no event; write { type: '…', data: … }.",
}
