import type { Problem } from '@buzzer/contract'
import { isJsonType } from '../../../core/media-type.ts'
import { formatTime } from '../../../core/time.ts'
import type { TicketGrant } from '../../../ports/auth.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { plainPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { findBatch } from '../request/find-batch.ts'
import { findChannel } from '../request/find-channel.ts'
import { findJob } from '../request/find-job.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { pointerPart } from '../request/json-object.ts'
import { parseJson } from '../request/parse-json.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { unsupported } from './submit-job.ts'

/** Gives what may stand in the URL of an EventSource or a WebSocket, and opens one channel. */
export const issueTicket: Route = {
  method: 'POST',
  path: '/v1/tickets',
  scope: ['channels:subscribe', 'jobs:read'],
  async handle(ctx, request) {
    const name = await readChannel(ctx, request)
    if (isProblem(name)) return refuse(ctx, request, name)
    const channel = await findName(ctx, request, name)
    if (isProblem(channel)) return refuse(ctx, request, channel)
    const { tenant, client, jobToken } = request.caller
    const grant: TicketGrant = { channel, tenant, client, byJobToken: jobToken !== null }
    const { text, firstUseBy } = ctx.tickets.issue(grant)
    const document = { ticket: text, channel, expiresAt: formatTime(firstUseBy) }
    return json(201, document, { 'cache-control': 'no-store' })
  },
}

async function readChannel(ctx: HttpContext, request: HttpRequest): Promise<string | Problem> {
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!isJsonType(mediaType)) return unsupported(mediaType)
  const decoded = await plainBody(request, plainPlan(ctx))
  if (decoded.kind === 'problem') return decoded.problem
  const parsed = parseJson(decoded.body ?? new Uint8Array())
  if (parsed.kind === 'problem') return parsed.problem
  const { value } = parsed
  const isObject = typeof value === 'object' && value !== null
  const { channel, ...others } = (isObject ? value : {}) as Readonly<Record<string, unknown>>
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return invalid(`/${pointerPart(unknown)}`, 'is not known')
  return typeof channel === 'string'
    ? channel
    : invalid('/channel', 'has to be the name of a channel')
}

const invalid = (pointer: string, detail: string): Problem => ({
  code: 'validation-failed',
  detail: 'A ticket is asked for with {"channel": "…"} and no more; `errors` says what is wrong.',
  errors: [{ pointer, detail }],
})

/** @returns the name as it is written everywhere, if this caller may read what is on it */
async function findName(
  ctx: HttpContext,
  { caller }: HttpRequest,
  name: string,
): Promise<string | Problem> {
  const [, kind, id = ''] = /^(jobs|batches)[./](.*)$/s.exec(name) ?? []
  const scope = kind === undefined ? 'channels:subscribe' : 'jobs:read'
  if (!ctx.auth.allows(caller, scope)) {
    return { code: 'insufficient-scope', detail: `This credential does not allow ${scope}.` }
  }
  const find = kind === 'jobs' ? findJob : findBatch
  const found =
    kind === undefined
      ? findChannel(ctx, { params: { channel: name }, caller })
      : await find(ctx, { params: { id }, caller })
  if (isProblem(found)) return found
  return 'name' in found ? found.name : `${kind}/${found.id}`
}
