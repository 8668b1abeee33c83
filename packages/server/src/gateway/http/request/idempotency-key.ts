import { hash } from 'node:crypto'
import type { Problem } from '@buzzer/contract'
import { inlineAtMost, isBlob, type Body } from '../../../core/payload.ts'
import { invalidHeader } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { isOwnHeader } from './own-headers.ts'

const quoted = /^"((?:[^"\\]|\\["\\])*)"$/
/** What nearly all are: quoted, with nothing escaped, and no comma that could have joined two. */
const plainlyQuoted = /^"([\x20\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})"$/
const maxLength = 255

/**
 * Reads `Idempotency-Key` (IETF draft 07): a quoted string of RFC 9651, or the same without
 * quotes.
 *
 * @returns the key without quotes, or null where none was sent
 */
export function parseIdempotencyKey({
  headers,
  rawHeaders,
}: Pick<HttpRequest, 'headers' | 'rawHeaders'>): string | null | Problem {
  const header = headers['idempotency-key']
  if (header === undefined) return null
  const plain = typeof header === 'string' ? plainlyQuoted.exec(header)?.[1] : undefined
  if (plain !== undefined) return plain
  const text = [header].flat().join(', ').trim()
  // Node joins repeated headers; two keys of one call must not become a third.
  if (text.includes(', ') && timesSent(rawHeaders) > 1) {
    return invalidHeader('Idempotency-Key', 'was sent more than once; send one')
  }
  const inner = quoted.exec(text)?.[1]
  const key = inner === undefined ? text : inner.replaceAll(/\\(["\\])/g, '$1')
  const broken = inner === undefined && text.includes('"')
  if (broken || key.length < 1 || key.length > maxLength || !/^[\x20-\x7e]+$/.test(key)) {
    return invalidHeader(
      'Idempotency-Key',
      `takes a quoted string of 1 to ${maxLength} printable ASCII characters, such as "order-1234"`,
    )
  }
  return key
}

const timesSent = (raw: readonly string[]): number =>
  raw.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'idempotency-key').length

/**
 * Stands for the whole request: two with the same key are the same only if method, path, query,
 * `Content-Type`, the body's bytes and our own headers are. `Prefer`, trace and other headers may
 * differ.
 */
export const hashRequest = (request: HttpRequest): Uint8Array =>
  hashCall({
    method: request.method,
    target: request.target,
    contentType: request.headers['content-type'] ?? '',
    own: ownHeaders(request),
    body: request.blob ?? request.body,
  })

/** What the hash covers. */
interface HashedCall {
  readonly method: string
  readonly target: string
  readonly contentType: string
  /** Our headers as `name: value`, in the order of their names. */
  readonly own: readonly string[]
  readonly body: Body | null
}

export function hashCall({ method, target, contentType, own, body }: HashedCall): Uint8Array {
  const head = [method, target, contentType, ...own].join('\n')
  const bytes = Buffer.concat([Buffer.from(`${head}\n\n`), contentOf(body ?? noBody)])
  // By way of text, because a digest of its own buffer costs more than the digest.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}

const noBody = new Uint8Array()

/** A large body is known by its own digest, which is made while it comes. */
function contentOf(body: Body): Uint8Array {
  if (isBlob(body)) return Buffer.from(body.sha256, 'hex')
  return body.byteLength > inlineAtMost ? hash('sha256', body, 'buffer') : body
}

const ownHeaders = ({ headers }: HttpRequest): readonly string[] =>
  Object.keys(headers)
    .filter(isOwnHeader)
    .toSorted()
    .map((name) => `${name}: ${String(headers[name])}`)
