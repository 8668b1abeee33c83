import type { ConfigIssue } from '../define/errors.ts'
import { show } from '../define/show.ts'
import { suggest } from './suggest.ts'

/** The keys of the file; `null` for those that hold no keys of their own. */
const keys: Readonly<Record<string, readonly string[] | null>> = {
  operations: null,
  services: null,
  channels: null,
  hooks: null,
  outbound: ['allow'],
  store: null,
  bus: null,
  mqtt: null,
  auth: null,
  publicUrl: null,
  host: null,
  port: null,
  data: null,
  limits: ['body', 'result'],
  admission: null,
  tenants: null,
  retention: ['jobs', 'tombstones', 'events', 'deliveries'],
  workers: ['slots'],
  deadLetters: ['alert'],
  log: ['level', 'format'],
  telemetry: ['traces'],
  shutdown: null,
}

/** Keys that somebody might look for here, and where they are instead. */
const elsewhere: Readonly<Record<string, string>> = {
  secret: 'secrets do not belong into a file; set BUZZER_SECRET in the environment',
  webhooks: 'write hooks: { … } for those that come in; others are not there yet',
  slots: 'write workers: { slots: 256 }',
  url: 'write publicUrl, or host and port',
}

/** Finds keys of the file that mean nothing, so that no typo is ever ignored. */
export function checkKeys(file: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  return [
    ...unknownKeys('', file, Object.keys(keys), elsewhere),
    ...Object.entries(keys).flatMap(([name, inner]) =>
      inner === null ? [] : checkGroup(name, file[name], inner),
    ),
  ]
}

function checkGroup(
  path: string,
  value: unknown,
  known: readonly string[],
): readonly ConfigIssue[] {
  if (value === undefined) return []
  return isRecord(value)
    ? unknownKeys(`${path}.`, value, known)
    : [{ path, detail: `${show(value)} is not an object; write { ${known[0]}: … }` }]
}

/** @param prefix what stands before the keys, with its dot */
export function unknownKeys(
  prefix: string,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  hints: Readonly<Record<string, string>> = {},
): readonly ConfigIssue[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: `${prefix}${name}`, detail: noSuchOption(name, known, hints) }))
}

function noSuchOption(
  name: string,
  known: readonly string[],
  hints: Readonly<Record<string, string>>,
): string {
  const near = suggest(name, known)
  const meant = near === null ? `there are ${known.join(', ')}` : `did you mean '${near}'?`
  return `there is no such option; ${Object.hasOwn(hints, name) ? hints[name] : meant}`
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
