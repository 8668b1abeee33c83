import { parseExactly } from '@buzzer/contract'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { isJsonType } from '../core/media-type.ts'
import { inlineAtMost, type InlineResult } from '../core/payload.ts'

type Decode = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

/** At once and not in a thread: an event is written in one go, and this is little. */
const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['', (body) => body],
  ['identity', (body) => body],
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])

/**
 * The result as its event carries it. Only JSON stands in line, also what the upstream encoded on
 * behalf of its caller: whoever reads the event is another one. Anything else is fetched as the
 * bytes that it is, and so is what is more than 64 KiB without its encoding.
 */
export function inlineResult({ body, mediaType, headers }: InlineResult): { result?: unknown } {
  if (mediaType === null || !isJsonType(mediaType)) return {}
  const codings = headers.flatMap(([name, value]) => (name === 'content-encoding' ? [value] : []))
  const decode = decoders.get(codings.join(', ').trim().toLowerCase())
  if (decode === undefined) return {}
  try {
    const plain = decode(body, { maxOutputLength: inlineAtMost })
    return { result: parseExactly(Buffer.from(plain).toString('utf8')) }
  } catch {
    return {}
  }
}
