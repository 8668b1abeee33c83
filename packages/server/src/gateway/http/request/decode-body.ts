import type { Problem } from '@buzzer/contract'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

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

/**
 * Takes the content coding off a body.
 *
 * @param maxBytes what may come of it: little may become very much
 */
export async function decodeBody(
  body: Uint8Array,
  encoding: string,
  maxBytes: number,
  tooLarge: () => Problem,
): Promise<DecodedBody> {
  const name = encoding.trim().toLowerCase()
  const decode = decoders.get(name)
  if (decode === undefined) return { kind: 'problem', problem: unknownCoding(encoding) }
  try {
    return { kind: 'decoded', body: await decode(body, { maxOutputLength: maxBytes }) }
  } catch (fault) {
    const isTooLarge =
      fault instanceof Error && 'code' in fault && fault.code === 'ERR_BUFFER_TOO_LARGE'
    return { kind: 'problem', problem: isTooLarge ? tooLarge() : broken(name) }
  }
}

const broken = (encoding: string): Problem => ({
  code: 'malformed-body',
  detail: `The body is not what its Content-Encoding says: it cannot be decoded as ${encoding}.`,
})

const unknownCoding = (encoding: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `Inputs are taken as they are or with one Content-Encoding of gzip, deflate, br and zstd, not '${encoding}'.`,
})
