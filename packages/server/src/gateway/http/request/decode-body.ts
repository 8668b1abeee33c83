import type { Problem } from '@buzzer/contract'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { isEncoded, type BodyPlan } from './body-plan.ts'
import type { HttpRequest } from './http-request.ts'

export type DecodedBody =
  | { readonly kind: 'decoded'; readonly body: Uint8Array }
  | { readonly kind: 'problem'; readonly problem: Problem }

type Decode = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Buffer>

/** The content codings that are taken (RFC 9110, section 8.4.1; RFC 8878). */
const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
])

type Undone =
  | { readonly kind: 'decoded'; readonly body: Uint8Array }
  | { readonly kind: 'unknown' | 'too-large' | 'broken' }

/**
 * Takes one content coding off.
 *
 * @param encoding as the header has it
 * @param maxBytes what may come of it: little may become very much
 */
export async function undo(body: Uint8Array, encoding: string, maxBytes: number): Promise<Undone> {
  const decode = decoders.get(nameOf(encoding))
  if (decode === undefined) return { kind: 'unknown' }
  try {
    return { kind: 'decoded', body: await decode(body, { maxOutputLength: maxBytes }) }
  } catch (fault) {
    const isTooLarge =
      fault instanceof Error && 'code' in fault && fault.code === 'ERR_BUFFER_TOO_LARGE'
    return { kind: isTooLarge ? 'too-large' : 'broken' }
  }
}

const nameOf = (encoding: string): string => encoding.trim().toLowerCase()

/**
 * Takes the content coding off the body of a request.
 *
 * @param maxBytes what may come of it
 */
export async function decodeBody(
  body: Uint8Array,
  encoding: string,
  maxBytes: number,
  tooLarge: () => Problem,
): Promise<DecodedBody> {
  const undone = await undo(body, encoding, maxBytes)
  switch (undone.kind) {
    case 'decoded':
      return undone
    case 'unknown':
      return { kind: 'problem', problem: unknownCoding(encoding) }
    case 'too-large':
      return { kind: 'problem', problem: tooLarge() }
    case 'broken':
      return { kind: 'problem', problem: broken(nameOf(encoding)) }
  }
}

export type PlainBody =
  | { readonly kind: 'decoded'; readonly body: Uint8Array | null }
  | Extract<DecodedBody, { kind: 'problem' }>

/**
 * The body of a request without its content coding, if it has one. What comes of that is bounded
 * like the body itself.
 */
export async function plainBody(
  { body, headers }: Pick<HttpRequest, 'body' | 'headers'>,
  { maxBytes, tooLarge }: BodyPlan,
): Promise<PlainBody> {
  if (body === null || !isEncoded(headers)) return { kind: 'decoded', body }
  return decodeBody(body, headers['content-encoding'] ?? '', maxBytes, tooLarge)
}

const broken = (encoding: string): Problem => ({
  code: 'malformed-body',
  detail: `The body is not what its Content-Encoding says: it cannot be decoded as ${encoding}.`,
})

const unknownCoding = (encoding: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `Bodies are taken as they are or with one Content-Encoding of gzip, deflate, br and zstd, not '${encoding}'.`,
})
