import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import type { WholeAnswer } from './answer.ts'
import { chooseEncoding, type Encoding } from './encoding.ts'

const brotliQuality = 4

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
  const { body } = answer
  const { 'content-length': _, ...headers } = answer.headers
  const mediaType = headers['content-type']
  if (body === null || typeof mediaType !== 'string' || !compressible.test(mediaType)) return answer
  if (headers['content-encoding'] !== undefined) return answer
  const vary = [headers['vary'] ?? [], 'Accept-Encoding'].flat().join(', ')
  const encoding = chooseEncoding(acceptEncoding)
  if (encoding === null) return { ...answer, headers: { ...answer.headers, vary } }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return {
    ...answer,
    headers: { ...headers, vary, 'content-encoding': encoding },
    body: await encoders[encoding](bytes),
  }
}
