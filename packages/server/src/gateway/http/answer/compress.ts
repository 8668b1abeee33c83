import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import type { AnswerHeaders, WholeAnswer } from './answer.ts'
import { chooseEncoding, type Encoding } from './encoding.ts'

export const brotliQuality = 4

const encoders: Readonly<Record<Encoding, (body: Uint8Array) => Promise<Uint8Array>>> = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality },
    }),
  gzip: (body) => promisify(gzip)(body),
  zstd: (body) => promisify(zstdCompress)(body),
}

const compressible = /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|yaml|javascript)\b)/i

type AcceptEncoding = string | readonly string[] | undefined

/** Compresses what is text, unless somebody has encoded it already, as the caller prefers. */
export async function compress(
  answer: WholeAnswer,
  acceptEncoding: AcceptEncoding,
): Promise<WholeAnswer> {
  const { body } = answer
  if (body === null) return answer
  const { headers, encoding } = negotiate(answer.headers, body.length, acceptEncoding)
  if (encoding === null) return { ...answer, headers }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { ...answer, headers, body: await encoders[encoding](bytes) }
}

/** Below this compression costs more than it saves. */
export const minCompressedBytes = 1_024

/** How a body goes to this caller: the headers of it, and its encoding; null for none of ours. */
export function negotiate(
  headers: AnswerHeaders,
  size: number,
  acceptEncoding: AcceptEncoding,
): { readonly headers: AnswerHeaders; readonly encoding: Encoding | null } {
  if (size < minCompressedBytes || !isCompressible(headers)) return { headers, encoding: null }
  const encoding = chooseEncoding(acceptEncoding)
  const chosen = encoding === null ? varyingHeaders(headers) : encodedHeaders(headers, encoding)
  return { headers: chosen, encoding }
}

/** Part of something is counted in its own bytes, so that it is sent in them. */
function isCompressible(headers: AnswerHeaders): boolean {
  const mediaType = headers['content-type']
  return (
    typeof mediaType === 'string' &&
    compressible.test(mediaType) &&
    headers['content-encoding'] === undefined &&
    headers['content-range'] === undefined
  )
}

/** Of what would be encoded for others. */
function varyingHeaders(headers: AnswerHeaders): AnswerHeaders {
  const vary = [headers['vary'] ?? []].flat().join(', ')
  if (/(?:^|,)\s*accept-encoding\s*(?:,|$)/i.test(vary)) return headers
  return { ...headers, vary: vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding` }
}

function encodedHeaders(given: AnswerHeaders, encoding: Encoding): AnswerHeaders {
  const { 'content-length': _, ...headers } = given
  const { etag } = headers
  return {
    ...varyingHeaders(headers),
    'content-encoding': encoding,
    // Other bytes than those that a strong one stands for (RFC 9110, section 8.8.3).
    ...(typeof etag === 'string' && etag.startsWith('"') ? { etag: `W/${etag}` } : {}),
  }
}
