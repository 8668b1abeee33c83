import type { Problem, ValidationError } from '@buzzer/contract'
import { checkChannel } from '../../config/check-channel.ts'
import { checkService } from '../../config/check-service.ts'
import { isHttpUrl } from '../../config/http-url.ts'
import { compileSchema } from '../../contracts/schema/compile-schema.ts'
import { escapeStep, isObject, type JsonObject } from '../../contracts/schema/json-pointer.ts'
import { ConfigError, type ConfigIssue } from '../../define/errors.ts'
import { jsonSchemaOf } from '../../define/schema.ts'
import type { ServiceOptions } from '../../define/service.ts'

/** What somebody sent, checked as the configuration is. */
export type ReadBody<Options> =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** Reads what `service()` takes; documents come as themselves or from a URL, never from a path. */
export function readServiceBody(name: string, body: unknown): ReadBody<ServiceOptions> {
  if (!isObject(body)) return refused([notAnObject])
  const { openapi } = body
  const isPlace = isObject(openapi) || isHttpUrl(openapi)
  const place =
    "send the document itself, or an http or https URL without a password in it; 'import' takes a file's text"
  const issues = [
    ...(isPlace ? [] : [{ path: `services.${name}.openapi`, detail: place }]),
    ...checkService(name, { kind: 'service', options: body }).filter(
      ({ path }) => path !== `services.${name}.openapi`,
    ),
  ]
  const options = body as unknown as ServiceOptions
  return issues.length === 0
    ? { kind: 'options', options }
    : refused(issues.map((issue) => pointed(issue, `services.${name}`, body)))
}

/** Reads what `channel()` takes. */
export function readChannelBody(name: string, body: unknown): ReadBody<JsonObject> {
  if (!isObject(body)) return refused([notAnObject])
  const issues = [
    ...checkChannel(name, { kind: 'channel', options: body }),
    ...checkData(`channels.${name}.data`, body['data']),
  ]
  return issues.length === 0
    ? { kind: 'options', options: body }
    : refused(issues.map((issue) => pointed(issue, `channels.${name}`, body)))
}

function checkData(path: string, data: unknown): readonly ConfigIssue[] {
  if (data === undefined || (!isObject(data) && typeof data !== 'boolean')) return []
  const outcome = compileSchema(jsonSchemaOf(data, path))
  return outcome.kind === 'compiled' ? [] : outcome.problems.map((detail) => ({ path, detail }))
}

/** What a fault of a definition is told as; any other error is thrown on. */
export function problemOf(error: unknown, prefix: string, body: unknown): Problem {
  if (!(error instanceof ConfigError)) throw error
  return invalid(error.issues.map((issue) => pointed(issue, prefix, body)))
}

export const invalid = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'The definition cannot be taken; `errors` says where and why.',
  errors,
})

const refused = (errors: readonly ValidationError[]) => ({
  kind: 'refused' as const,
  problem: invalid(errors),
})

const notAnObject: ValidationError = { pointer: '', detail: 'is not a JSON object' }

/** A place in the configuration as a JSON Pointer (RFC 6901) into what was sent. */
function pointed({ path, detail }: ConfigIssue, prefix: string, body: unknown): ValidationError {
  const rest = path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : ''
  return { pointer: rest === '' ? '' : `/${stepsOf(rest, body).map(escapeStep).join('/')}`, detail }
}

/**
 * Members may have dots in their names, so that the longest one that is there is meant; what may
 * be written short, as text, has no members to point into.
 */
function stepsOf(rest: string, place: unknown): readonly string[] {
  const [first = '', ...others] = rest.split('.')
  if (typeof place === 'string') return []
  if (!isObject(place)) return [first, ...others]
  const known = Object.keys(place)
    .filter((name) => rest === name || rest.startsWith(`${name}.`))
    .toSorted((a, b) => b.length - a.length)[0]
  const step = known ?? first
  if (step.length >= rest.length) return [step]
  return [step, ...stepsOf(rest.slice(step.length + 1), place[step])]
}
