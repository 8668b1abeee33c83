import { parseExactly, type Problem } from '@buzzer/contract'
import { formatBytes } from '../../../core/bytes.ts'
import { isJsonType } from '../../../core/media-type.ts'
import { isBlob, sizeOf, type Headers, type Result } from '../../../core/payload.ts'
import { gather } from '../../../core/spool.ts'
import type { HttpContext } from '../context.ts'
import { undo } from '../request/decode-body.ts'
import type { AnswerHeaders } from './answer.ts'
import { pickFields } from './fields.ts'

/** JSON has to be read whole to be filtered; more than this is not, in bytes. */
const maxBytes = 8_388_608

/**
 * The named members of a JSON result, whatever it was encoded with.
 *
 * @returns null where it is no JSON, and so is passed on as it is
 */
export async function filtered(
  { engine }: HttpContext,
  { body, mediaType, headers }: Result,
  fields: string,
): Promise<string | Problem | null> {
  if (mediaType === null || !isJsonType(mediaType)) return null
  if (sizeOf(body) > maxBytes) return tooLarge(formatBytes(sizeOf(body)))
  const bytes = isBlob(body) ? await gather(engine.blobs.read(body), maxBytes) : body
  const plain = await decoded(bytes, headers)
  if (plain === null || 'code' in plain) return plain
  try {
    const value = parseExactly(Buffer.from(plain).toString('utf8'))
    return JSON.stringify(pickFields(value, fields))
  } catch {
    // An upstream that says JSON and sends something else is passed on as it is.
    return null
  }
}

/** @returns null where it is not encoded as it says, and so is passed on as it is */
async function decoded(bytes: Uint8Array, headers: Headers): Promise<Uint8Array | Problem | null> {
  const codings = headers.flatMap(([name, value]) => (name === 'content-encoding' ? [value] : []))
  const encoding = codings.join(', ')
  if (encoding === '' || encoding.toLowerCase() === 'identity') return bytes
  const undone = await undo(bytes, encoding, maxBytes)
  switch (undone.kind) {
    case 'decoded':
      return undone.body
    case 'unknown':
      return unknownCoding(encoding)
    case 'too-large':
      return tooLarge(`more than ${formatBytes(maxBytes)} once it is decoded`)
    case 'broken':
      return null
  }
}

/** What an upstream says of the bytes that it sent, which are not those of some members. */
const ofTheBytes: ReadonlySet<string> = new Set([
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'repr-digest',
])

/** The headers of a result that hold for a part of it too. */
export const filteredHeaders = (headers: AnswerHeaders): AnswerHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheBytes.has(name)))

const tooLarge = (size: string): Problem => ({
  code: 'not-acceptable',
  detail:
    `The result is ${size}, and \`fields\` picks from up to ${formatBytes(maxBytes)}. ` +
    'Take it without `fields`.',
})

const unknownCoding = (encoding: string): Problem => ({
  code: 'not-acceptable',
  detail:
    `The upstream encoded the result as '${encoding}', and \`fields\` reads gzip, deflate, br ` +
    'and zstd. Take it without `fields`.',
})
