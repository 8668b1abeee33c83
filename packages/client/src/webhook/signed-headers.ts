import { WebhookVerificationError } from './verification-error.ts'

/** The `Headers` of fetch, Node's `request.headers`, or a plain object, in whichever case. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined }

/** What a webhook says of itself beside its body (Standard Webhooks 1.0.0). */
export interface SignedHeaders {
  readonly id: string
  /** As it was written, because that is what is signed. */
  readonly timestamp: string
  /** Of each version, such as `v1`, what follows its comma. */
  readonly signatures: readonly { readonly version: string; readonly base64: string }[]
}

/** Two secrets and two keys sign at most; what is far above that only wants to keep us busy. */
const mostSignatures = 16
const longest = { 'webhook-id': 255, 'webhook-timestamp': 16, 'webhook-signature': 4_096 } as const
type Name = keyof typeof longest

/** @throws WebhookVerificationError where one is missing, or is none of ours */
export function readSignedHeaders(headers: WebhookHeaders): SignedHeaders {
  const [id, timestamp, signature] = [
    headerOf(headers, 'webhook-id'),
    headerOf(headers, 'webhook-timestamp'),
    headerOf(headers, 'webhook-signature'),
  ]
  // With dots in the id, one signature would hold for more than one id, timestamp and body.
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id)) throw bad('webhook-id', 'has to be ASCII without dots')
  const parts = signature.split(' ').filter((part) => part !== '')
  if (parts.length > mostSignatures) throw bad('webhook-signature', 'holds too many signatures')
  return { id, timestamp, signatures: parts.map(signatureOf) }
}

function signatureOf(part: string): SignedHeaders['signatures'][number] {
  const comma = part.indexOf(',')
  return { version: part.slice(0, Math.max(0, comma)), base64: part.slice(comma + 1) }
}

function headerOf(headers: WebhookHeaders, name: Name): string {
  const values = valuesOf(headers, name)
  const [value = ''] = values
  if (values.length > 1) throw bad(name, 'is there more than once')
  if (value === '') throw new WebhookVerificationError('missing-header', `There is no ${name}.`)
  if (value.length > longest[name]) throw bad(name, 'is too long')
  return value
}

/** Which of two spellings of one name counts would be the sender's choice: both are taken. */
function valuesOf(headers: WebhookHeaders, name: Name): readonly string[] {
  if (isGetter(headers)) return [headers.get(name) ?? '']
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? [])
}

const isGetter = (headers: WebhookHeaders): headers is { get(name: string): string | null } =>
  typeof headers['get'] === 'function'

const bad = (name: Name, what: string): WebhookVerificationError =>
  new WebhookVerificationError('bad-header', `${name} ${what}.`)
