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

/** Compresses what is text, unless somebody has encoded it already, as the caller prefers. */
export async function compress(
  answer: WholeAnswer,
  acceptEncoding: string | readonly string[] | undefined,
): Promise<WholeAnswer> {
  const { body, headers } = answer
  if (body === null || !isCompressible(headers)) return answer
  const encoding = chooseEncoding(acceptEncoding)
  if (encoding === null) return { ...answer, headers: varyingHeaders(headers) }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return {
    ...answer,
    headers: encodedHeaders(headers, encoding),
    body: await encoders[encoding](bytes),
  }
}

/** Part of something is counted in its own bytes, so that it is sent in them. */
export function isCompressible(headers: AnswerHeaders): boolean {
  const mediaType = headers['content-type']
  return (
    typeof mediaType === 'string' &&
    compressible.test(mediaType) &&
    headers['content-encoding'] === undefined &&
    headers['content-range'] === undefined
  )
}

/** Of what would be encoded for others. */
export const varyingHeaders = (headers: AnswerHeaders): AnswerHeaders => ({
  ...headers,
  vary: [headers['vary'] ?? [], 'Accept-Encoding'].flat().join(', '),
})

export function encodedHeaders(given: AnswerHeaders, encoding: Encoding): AnswerHeaders {
  const { 'content-length': _, ...headers } = given
  const { etag } = headers
  return {
    ...varyingHeaders(headers),
    'content-encoding': encoding,
    // Other bytes than those that a strong one stands for (RFC 9110, section 8.8.3).
    ...(typeof etag === 'string' && etag.startsWith('"') ? { etag: `W/${etag}` } : {}),
  }
}
