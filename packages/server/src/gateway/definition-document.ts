import { formatDuration } from '@buzzer/contract'
import type { Policies } from '../core/operation.ts'
import type { DefinitionVersion } from '../ports/definitions.ts'
import type {
  ChannelEntry,
  DefinitionEntry,
  OperationEntry,
  ServiceEntry,
} from '../ports/registry.ts'

type Document = Readonly<Record<string, unknown>>

const stamp = (entry: DefinitionEntry): Document => ({
  name: entry.name,
  origin: entry.origin,
  version: entry.version,
  changedAt: entry.changedAt === null ? null : new Date(entry.changedAt).toISOString(),
  changedBy: entry.changedBy,
  shadowed: entry.shadowed,
  problem: entry.problem,
})

export const serviceDocument = (entry: ServiceEntry): Document => ({
  ...stamp(entry),
  title: entry.title,
  mount: entry.mount,
  url: entry.url,
  operations: entry.operations,
  notes: entry.notes,
})

export const channelDocument = (entry: ChannelEntry): Document => ({
  ...stamp(entry),
  ...entry.options,
})

/** As it stands in a list. */
export function operationDocument({ operation, changed, ...entry }: OperationEntry): Document {
  const { call, policies, summary } = operation
  return {
    ...stamp(entry),
    summary,
    service: call.kind === 'routed' ? call.service : null,
    method: call.kind === 'routed' ? call.method : 'POST',
    path:
      call.kind === 'routed'
        ? `${call.mount}${call.path}`
        : `/v1/operations/${encodeURIComponent(entry.name)}/jobs`,
    mode: policies.mode,
    policies: policyDocument(policies),
    changed,
    input: call.kind === 'named' ? call.inputSchema : null,
    output: call.kind === 'named' ? call.outputSchema : null,
  }
}

/** Alone: with what the wrapped API's document says of it. */
export function wholeOperation(entry: OperationEntry): Document {
  const { call } = entry.operation
  if (call.kind === 'named') return operationDocument(entry)
  const { operation, schemas } = call.document()
  return {
    ...operationDocument(entry),
    openapi: { operation, schemas: Object.fromEntries(within(operation, schemas)) },
  }
}

/** Those of a service's schemas that one operation leads to. */
function within(operation: unknown, schemas: ReadonlyMap<string, unknown>) {
  const reached = new Map<string, unknown>()
  const waiting = [operation]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const text = JSON.stringify(next)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (reached.has(name) || !schemas.has(name)) continue
      reached.set(name, schemas.get(name))
      waiting.push(schemas.get(name))
    }
  }
  return reached
}

/** As they are written in a configuration. */
function policyDocument(policies: Policies): Document {
  const { retry, idempotency, admission, limits } = policies
  return {
    mode: policies.mode,
    wait: formatDuration(policies.waitMs),
    timeout: formatDuration(policies.timeoutMs),
    lease: formatDuration(policies.leaseMs),
    concurrency: policies.concurrency,
    retry: {
      attempts: retry.attempts,
      delay: formatDuration(retry.delayMs),
      factor: retry.factor,
      maxDelay: formatDuration(retry.maxDelayMs),
    },
    idempotency: {
      required: idempotency.required,
      window: formatDuration(idempotency.windowMs),
    },
    cacheable: policies.cacheable,
    admission: {
      backlog: admission.backlog,
      age: admission.ageMs === null ? null : formatDuration(admission.ageMs),
    },
    limits: { body: size(limits.bodyBytes), result: size(limits.resultBytes) },
    schedule: policies.schedule,
    // Null: as many as the server says.
    deadLetters: { alert: policies.deadLetterAlert },
  }
}

const size = (bytes: number | null): string | null => (bytes === null ? null : `${bytes}b`)

export const versionDocument = ({ version, at, by, removed }: DefinitionVersion): Document => ({
  version,
  at: new Date(at).toISOString(),
  by,
  removed,
})
