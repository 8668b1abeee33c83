import { exactly, type Problem } from '@buzzer/contract'
import type { EventData, EventDraft } from '../../../core/event.ts'
import type { HookAction } from '../../../core/hook.ts'
import { readDraft } from '../../../core/read-draft.ts'
import { defaultTenant } from '../../../core/scope.ts'
import { isDeclared } from '../../../engine/channels/place.ts'
import { draftsOf } from '../../cloud-events/drafts-of.ts'
import type { Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readEventDrafts } from '../request/event-drafts.ts'
import { channelNotFound } from '../request/find-channel.ts'
import { answerTo } from '../routes/publish-events.ts'
import { refuse } from '../submit.ts'
import { typeOf, type Delivery } from './delivery.ts'

type Publish = Extract<HookAction, { kind: 'publish' }>

const cloudEvents = /^application\/cloudevents(?:-batch)?\+json\s*(?:;|$)/i

/** Makes an event of a delivery; one that comes again is known by its id on the channel. */
export async function publishDelivery(
  ctx: HttpContext,
  delivery: Delivery,
  action: Publish,
): Promise<Answer> {
  const { request } = delivery
  const place = ctx.engine.channels.find({ tenant: defaultTenant }, action.channel)
  if (place === null || !isDeclared(place))
    return refuse(ctx, request, channelNotFound(action.channel))
  const drafts = readDrafts(delivery, action)
  if (isProblem(drafts)) return refuse(ctx, request, drafts)
  return answerTo(ctx, request, await ctx.engine.channels.publish(place, drafts))
}

/** A body that is a CloudEvent is one; headers that would make it one are not signed. */
function readDrafts(delivery: Delivery, action: Publish): readonly EventDraft[] | Problem {
  const { headers } = delivery.request
  const { body } = delivery
  if (cloudEvents.test(headers['content-type'] ?? ''))
    return readEventDrafts({ headers, query: () => new URLSearchParams() }, body)
  const data = dataOf(delivery)
  if (isProblem(data)) return data
  const attributes = {
    specversion: '1.0',
    id: delivery.id,
    source: `/hooks/${delivery.hook.name}`,
    datacontenttype: data.kind === 'bytes' ? headers['content-type'] : null,
    traceparent: null,
  }
  const fallback = `hook.${delivery.hook.name}`
  const read = readDraft(
    { ...attributes, type: nameOf(delivery, action) ?? fallback },
    'cloud-event',
    data,
  )
  // What a sender calls its events may be a name that Buzzer keeps for its own.
  if (read.kind === 'draft') return [read.draft]
  return draftsOf([readDraft({ ...attributes, type: fallback }, 'cloud-event', data)])
}

function nameOf(delivery: Delivery, { type }: Publish): string | null {
  const own = typeOf(delivery)
  if (type === null) return own
  if (!type.includes('{type}')) return type
  return own === null ? null : type.replaceAll('{type}', () => own)
}

function dataOf({ body, json }: Delivery): EventData | Problem {
  if (body.byteLength === 0) return { kind: 'none' }
  if (json === null) return { kind: 'bytes', bytes: body }
  if (json.kind === 'problem') return json.problem
  const { text, value } = json
  return { kind: 'json', value, text: JSON.stringify(exactly(text, value)) }
}
