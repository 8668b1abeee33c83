import { hash } from 'node:crypto'
import { isJsonType } from '../../../core/media-type.ts'
import { isRecord } from '../../../core/value-at.ts'
import type { VerifiedHook } from '../../../ports/hooks.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { parseJson, type ParsedJson } from '../request/parse-json.ts'
import type { Verified } from './verify.ts'

/** One verified call of a hook. */
export interface Delivery {
  readonly hook: VerifiedHook
  readonly request: HttpRequest
  /** The same when it is sent again. */
  readonly id: string
  /** Without its content coding. */
  readonly body: Uint8Array
  /** Null where it says of itself that it is none. */
  readonly json: ParsedJson | null
}

export function readDelivery(
  hook: VerifiedHook,
  request: HttpRequest,
  { body, ...verified }: Verified,
): Delivery {
  const mediaType = request.headers['content-type'] ?? 'application/json'
  const json = isJsonType(mediaType) && body.byteLength > 0 ? parseJson(body) : null
  return { hook, request, body, json, id: idOf(hook, { ...verified, body }, json) }
}

/** What a sender writes may go into a key and an attribute of an event. */
const plainId = /^[\x21-\x7e]{1,200}$/

function idOf({ scheme }: VerifiedHook, verified: Verified, json: ParsedJson | null): string {
  const own = scheme.kind === 'stripe' ? memberOf(json, 'id') : verified.id
  if (own === null) return digestOf(`${verified.timestamp ?? ''}\n`, verified.body)
  return plainId.test(own) ? own : digestOf(own, new Uint8Array())
}

const digestOf = (head: string, body: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(head), body]))

/** What the sender calls this kind of event; null where it does not. */
export function typeOf({ hook, request, json }: Delivery): string | null {
  if (hook.scheme.kind !== 'github') return memberOf(json, 'type')
  const event = request.headers['x-github-event']
  return typeof event === 'string' && event !== '' ? event : null
}

/** Text at the top of a JSON body. */
function memberOf(json: ParsedJson | null, name: string): string | null {
  if (json?.kind !== 'json' || !isRecord(json.value) || !Object.hasOwn(json.value, name))
    return null
  const value = json.value[name]
  return typeof value === 'string' && value !== '' ? value : null
}
