import type { Problem, ValidationError } from '@buzzer/contract'
import { isJsonType } from '../../../core/media-type.ts'
import type { HttpContext } from '../context.ts'
import { plainPlan } from './body-plan.ts'
import { plainBody } from './decode-body.ts'
import type { HttpRequest } from './http-request.ts'
import { parseJson } from './parse-json.ts'

export type Members = Readonly<Record<string, unknown>>

/** Told what is wrong with which member, by its JSON Pointer. */
export type Refuse = (pointer: string, detail: string) => void

/**
 * Reads what a body says that is a JSON object; no body is an empty one.
 *
 * @param read told the members as they came. They are handed to nobody else, because what somebody
 * wrote looks like a problem of ours where it has a `code` and a `detail`
 */
export async function readJsonObject<Read>(
  ctx: HttpContext,
  request: HttpRequest,
  read: (members: Members) => Read | Problem,
): Promise<Read | Problem> {
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!isJsonType(mediaType)) return notJson(mediaType)
  const plain = await plainBody(request, plainPlan(ctx))
  if (plain.kind === 'problem') return plain.problem
  if (plain.body === null) return read({})
  const parsed = parseJson(plain.body)
  if (parsed.kind === 'problem') return parsed.problem
  return isMembers(parsed.value) ? read(parsed.value) : notAnObject
}

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const notJson = (mediaType: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `The body is JSON (Content-Type: application/json), not '${mediaType}'.`,
})

const notAnObject: Problem = {
  code: 'validation-failed',
  detail: 'The body has to be a JSON object.',
  errors: [{ pointer: '', detail: 'has to be an object' }],
}

const errorsShown = 20

/**
 * Reads members with everything that is wrong with them told at once.
 *
 * @param known those that there are; any other is refused
 * @param read gives undefined where it refused
 */
export function readMembers<Read>(
  members: Members,
  known: readonly string[],
  read: (refuse: Refuse) => Read,
): Read | Problem {
  const errors: ValidationError[] = []
  const refuse: Refuse = (pointer, detail) => void errors.push({ pointer, detail })
  refuseUnknown(members, known, '', refuse)
  const value = read(refuse)
  if (errors.length === 0) return value
  return {
    code: 'validation-failed',
    detail: 'Nothing was changed; `errors` says what is wrong.',
    errors: errors.slice(0, errorsShown),
  }
}

export function refuseUnknown(
  members: Members,
  known: readonly string[],
  pointer: string,
  refuse: Refuse,
): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    refuse(`${pointer}/${pointerPart(name)}`, `is not known; there are ${known.join(', ')}`)
  }
}

/** A name as it stands in a JSON Pointer (RFC 6901). */
export const pointerPart = (name: string): string =>
  name.replaceAll('~', '~0').replaceAll('/', '~1')
