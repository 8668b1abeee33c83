import { formatSequence, type Problem, type ValidationError } from '@buzzer/contract'
import type { Caller, Scope } from '../../core/scope.ts'
import type { EventDraft } from '../../core/event.ts'
import { isDeclared } from '../../engine/channels/place.ts'
import type { Published } from '../../engine/channels/publish.ts'
import type { Operation } from '../../ports/catalog.ts'
import { draftsOf, readObject, readObjects } from '../cloud-events/drafts-of.ts'
import { acceptedText } from '../http/answer/accepted.ts'
import { isProblem } from '../http/answer/problem.ts'
import type { HttpContext } from '../http/context.ts'
import { readEntryOrder } from '../http/request/batch-entry.ts'
import { submissionOf, type Members } from '../http/request/call-members.ts'
import { inputText } from '../http/request/entry-texts.ts'
import { findChannel, ownChannel } from '../http/request/find-channel.ts'
import { jobIdOf } from '../http/request/find-job.ts'
import { shuttingDown } from '../http/routes/health.ts'
import { callByRoute, operationNotFound, validationFailed } from '../http/routes/submit-job.ts'
import { keyMissing } from '../http/submit.ts'
import { jobDocument } from '../job-document.ts'
import type { Message } from './read-message.ts'

/** What has an answer: the members of its `ack` beside `type` and `id`, as JSON text. */
export type Answered = string | Problem

/** @returns a problem where a credential does not allow something */
export function refuseScope(ctx: HttpContext, caller: Caller, scope: Scope): Problem | null {
  if (caller.ticket === null && ctx.auth.allows(caller, scope)) return null
  return {
    code: 'insufficient-scope',
    detail: `This credential does not allow ${scope}. Use one that does.`,
  }
}

export function publishMessage(
  ctx: HttpContext,
  caller: Caller,
  { members, exact }: Pick<Message, 'members' | 'exact'>,
): Answered | Promise<Answered> {
  const refused = refuseScope(ctx, caller, 'channels:publish')
  if (refused !== null) return refused
  const { channel } = members
  if (typeof channel !== 'string') return invalid('/channel', 'has to be the name of a channel')
  const drafts = readDrafts(members, exact)
  return isProblem(drafts) ? drafts : publishDrafts(ctx, caller, channel, drafts)
}

/** @returns at once where nothing has to be waited for */
export function publishDrafts(
  ctx: HttpContext,
  caller: Caller,
  channel: string,
  drafts: readonly EventDraft[],
): Answered | Promise<Answered> {
  const place = findChannel(ctx, { params: { channel }, caller })
  if (isProblem(place)) return place
  if (!isDeclared(place)) return ownChannel
  const published = ctx.engine.channels.publish(place, drafts)
  return published instanceof Promise ? published.then(publishedText) : publishedText(published)
}

function readDrafts({ event, events }: Members, exact: Members): readonly EventDraft[] | Problem {
  if (events === undefined && event !== undefined) {
    return draftsOf([readObject(event, 'type-only', exact['event'])])
  }
  if (event !== undefined) return invalid('/event', 'may not stand beside `events`')
  if (!Array.isArray(events)) return invalid('/event', 'has to be there, or a list `events`')
  const list: readonly unknown[] = events
  return draftsOf(readObjects(list, 'type-only', exact['events']), true)
}

function publishedText(published: Published): Answered {
  if (published.kind === 'refused') return published.problem
  let text = ''
  for (const { id, offset } of published.events) {
    if (text !== '') text += ','
    text += `{"id":${JSON.stringify(id)},"sequence":"${formatSequence(offset)}"}`
  }
  return `"events":[${text}]`
}

/** The same checks, and the same job for the same key, as `POST /v1/operations/{name}/jobs`. */
export async function submitMessage(
  ctx: HttpContext,
  caller: Caller,
  message: Pick<Message, 'members' | 'text'>,
): Promise<Answered> {
  const refused = refuseScope(ctx, caller, 'jobs:submit')
  if (refused !== null) return refused
  if (ctx.stopping.aborted) return shuttingDown
  const { operation: name } = message.members
  if (typeof name !== 'string') return invalid('/operation', 'has to be the name of an operation')
  const operation = ctx.catalog.operation(name)
  if (operation === null) return operationNotFound(name)
  if (operation.call.kind === 'routed') return callByRoute(operation, operation.call)
  return overloaded(ctx, operation) ?? accept(ctx, caller, operation, message)
}

function overloaded({ engine: { admission } }: HttpContext, { name }: Operation): Problem | null {
  const refused = admission.isOpen ? null : admission.refusal(name)
  if (refused === null) return null
  return { ...refused.problem, extensions: { retryAfter: refused.retryAfter } }
}

async function accept(
  ctx: HttpContext,
  caller: Caller,
  operation: Operation,
  { members, text: json }: Pick<Message, 'members' | 'text'>,
): Promise<Answered> {
  const errors: ValidationError[] = []
  const complain = (member: string, detail: string): void => {
    errors.push({ pointer: `/${member}`, detail })
  }
  const order = readEntryOrder(members, ctx.clock.now(), complain)
  if (order.idempotencyKey === null && operation.policies.idempotency.required) {
    return keyMissing(operation)
  }
  const span =
    ctx.tracing?.accept(
      { operation: operation.name, method: 'GET', route: socketPath, path: socketPath },
      null,
    ) ?? null
  const { tenant, client } = caller
  const draft = { tenant, client, trace: span?.trace ?? null }
  const call = { value: members, text: inputText(json), complain }
  const submission = submissionOf(draft, operation, order, call)
  if (errors.length > 0) return ended(span, validationFailed(errors))
  const accepted = await ctx.engine.accept({ ...submission, value: members['input'] })
  if (accepted.kind === 'refused') return ended(span, accepted.problem)
  const isReplay = accepted.kind === 'replayed'
  span?.accepted(accepted.job.id, isReplay)
  const view = await (isReplay ? ctx.engine.view(accepted.job) : ctx.engine.viewNew(accepted.job))
  return ended(span, `"job":${acceptedText(ctx, view)}`)
}

const socketPath = '/v1/ws'
type Span = ReturnType<NonNullable<HttpContext['tracing']>['accept']>

function ended(span: Span | null, answered: Answered): Answered {
  span?.end(typeof answered === 'string' ? 202 : null)
  return answered
}

export async function cancelMessage(
  ctx: HttpContext,
  caller: Caller,
  { job }: Members,
): Promise<Answered> {
  const refused = refuseScope(ctx, caller, 'jobs:cancel')
  if (refused !== null) return refused
  if (typeof job !== 'string') return invalid('/job', 'has to be the id of a job')
  const id = await jobIdOf(ctx, { params: { id: job }, caller })
  if (isProblem(id)) return id
  const answer = await ctx.engine.cancel(caller, id)
  if (answer.kind === 'problem') return answer.problem
  const view = await ctx.engine.view(answer.job)
  return `"job":${JSON.stringify(jobDocument(view, ctx.publicUrl()))}`
}

const invalid = (pointer: string, detail: string): Problem => ({
  code: 'validation-failed',
  detail: 'The message does not say all that it has to; `errors` says what.',
  errors: [{ pointer, detail }],
})
