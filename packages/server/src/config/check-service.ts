import { defaultPolicies } from '../core/operation.ts'
import type { ConfigIssue } from '../define/errors.ts'
import { policiesOf } from '../define/policies.ts'
import { checkCallback } from './check-callback.ts'
import { checkCredentials } from './check-credentials.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { ownPolicyKeys, policyKeys } from './check-operation.ts'
import { isHttpUrl } from './http-url.ts'
import { issueIf, issuesOf } from './issues.ts'
import { show } from '../define/show.ts'

const serviceKeys = [
  ...policyKeys,
  'openapi',
  'url',
  'mount',
  'operations',
  'credentials',
  'forward',
  'include',
  'exclude',
  'followOrigins',
]

/** No dot, because one divides a service from its operation. */
const namePattern = /^[A-Za-z0-9][\w-]{0,62}$/

/** What shows without reading its document. */
export function checkService(
  name: string,
  definition: Readonly<Record<string, unknown>>,
): readonly ConfigIssue[] {
  const path = `services.${name}`
  const { kind, options } = definition
  if (kind !== 'service' || !isRecord(options))
    return [{ path, detail: "write service({ openapi: './api.yaml', url: 'http://…' })" }]
  const badName =
    'this name cannot stand in a URL; use at most 63 letters, digits, _ and -, and begin with a ' +
    'letter or a digit'
  return [
    ...issueIf(!namePattern.test(name), path, badName),
    ...unknownKeys(`${path}.`, options, serviceKeys),
    ...checkPlaces(path, options, name),
    ...['forward', 'include', 'exclude', 'followOrigins'].flatMap((list) =>
      checkTextList(`${path}.${list}`, options[list]),
    ),
    ...checkCredentials(`${path}.credentials`, options['credentials']),
    ...issuesOf(() => policiesOf(path, options, defaultPolicies)),
    ...checkOverrides(`${path}.operations`, options['operations']),
  ]
}

function checkPlaces(
  path: string,
  { openapi, url, mount }: Readonly<Record<string, unknown>>,
  name: string,
): readonly ConfigIssue[] {
  const source = 'this is not a document; write its path or its URL, without a password in it'
  const address =
    "this is not an address, or has a password in it; write one such as 'http://127.0.0.1:4000'"
  const below = `${show(mount)} is not a path; write one such as '/api/${name}'`
  return [
    ...issueIf(!isSource(openapi), `${path}.openapi`, source),
    ...issueIf(url !== undefined && !isHttpUrl(url), `${path}.url`, address),
    ...issueIf(mount !== undefined && !isMount(mount), `${path}.mount`, below),
  ]
}

function isSource(value: unknown): boolean {
  if (value instanceof URL) return isSource(value.href)
  if (typeof value !== 'string') return isRecord(value)
  return /^https?:/i.test(value) ? isHttpUrl(value) : value !== ''
}

/** Without `.` and `..`, which clients take away before they call. */
const isMount = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(value)

function checkTextList(path: string, value: unknown): readonly ConfigIssue[] {
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string')
  return issueIf(value !== undefined && !isList, path, `${show(value)} is not a list of text`)
}

function checkOverrides(path: string, overrides: unknown): readonly ConfigIssue[] {
  if (overrides === undefined) return []
  if (!isRecord(overrides)) return [{ path, detail: `${show(overrides)} is not an object` }]
  return Object.entries(overrides).flatMap(([operationId, policies]) => {
    const place = `${path}.${operationId}`
    if (!isRecord(policies)) return [{ path: place, detail: `${show(policies)} is not an object` }]
    return [
      ...unknownKeys(`${place}.`, policies, [...ownPolicyKeys, 'retryUnsafe', 'callback']),
      ...issuesOf(() => policiesOf(place, policies, defaultPolicies)),
      ...checkCallback(`${place}.callback`, policies['callback']),
    ]
  })
}
