import { formatBytes } from '../../../core/bytes.ts'
import type { Submission } from '../../../engine/accept.ts'
import type { Operation } from '../../../ports/catalog.ts'
import type { Complain, EntryOrder } from './batch-entry.ts'
import { hashCall } from './idempotency-key.ts'

export type Members = Readonly<Record<string, unknown>>
export type CallDraft = Pick<Submission, 'tenant' | 'client' | 'trace'>

/** A call as it was read. */
export interface ReadCall {
  readonly value: Members
  /** Of the input, as its caller wrote it. */
  readonly text: Uint8Array | null
  readonly complain: Complain
}

/** The call as the engine takes it; complains about an input that the operation does not take. */
export function submissionOf(
  draft: CallDraft,
  operation: Operation,
  { idempotencyKey, ...order }: EntryOrder,
  { value, text: body, complain }: ReadCall,
): Submission {
  const { input } = value
  const found = operation.call.kind === 'named' ? operation.call.check(input) : []
  for (const { pointer, detail } of found) complain(`input${pointer}`, detail)
  const maxBytes = operation.policies.limits.bodyBytes
  if (body !== null && maxBytes !== null && body.byteLength > maxBytes) {
    complain('input', `is larger than ${formatBytes(maxBytes)} (limits.body of ${operation.name})`)
  }
  return {
    ...draft,
    ...order,
    operation,
    callback: null,
    input: body === null ? null : { mediaType: 'application/json', body, request: null },
    idempotency:
      idempotencyKey === null
        ? null
        : { key: idempotencyKey, requestHash: hashEntry(operation, value, body) },
  }
}

/** The hash of the same call by itself, as the client sends it: a key stands for both. */
function hashEntry({ name }: Operation, entry: Members, body: Uint8Array | null): Uint8Array {
  const headers = [
    ['buzzer-deadline', entry['deadline']],
    ['buzzer-delay', entry['delay']],
    ['buzzer-key', entry['key'] ?? undefined],
    ['buzzer-priority', entry['priority']],
    ['buzzer-run-at', entry['runAt']],
    ['buzzer-tags', entry['tags']],
  ] as const
  return hashCall({
    method: 'POST',
    target: `/v1/operations/${encodeURIComponent(name)}/jobs`,
    contentType: body === null ? '' : 'application/json',
    own: headers.flatMap(([header, value]) =>
      value === undefined ? [] : [`${header}: ${headerText(value)}`],
    ),
    body,
  })
}

/** As the client writes it; what is none of these was complained about. */
function headerText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
