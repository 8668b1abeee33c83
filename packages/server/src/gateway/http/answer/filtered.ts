import type { Problem } from '@buzzer/contract'
import { formatBytes } from '../../../core/bytes.ts'
import { isBlob, sizeOf, type Result } from '../../../core/payload.ts'
import { gather } from '../../../core/spool.ts'
import type { HttpContext } from '../context.ts'
import { pickFields } from './fields.ts'

/** JSON has to be read whole to be filtered; more than this is not, in bytes. */
const maxBytes = 8_388_608

/**
 * The named members of a JSON result.
 *
 * @returns null where it is no JSON, and so is passed on as it is
 */
export async function filtered(
  { engine }: HttpContext,
  { body, mediaType }: Result,
  fields: string,
): Promise<string | Problem | null> {
  if (mediaType === null || !/^application\/(?:[\w.+-]+\+)?json\b/i.test(mediaType)) return null
  if (sizeOf(body) > maxBytes) return tooLarge(sizeOf(body))
  const bytes = isBlob(body) ? await gather(engine.blobs.read(body), maxBytes) : body
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return JSON.stringify(pickFields(value, fields))
  } catch {
    // An upstream that says JSON and sends something else is passed on as it is.
    return null
  }
}

const tooLarge = (bytes: number): Problem => ({
  code: 'not-acceptable',
  detail:
    `The result is ${formatBytes(bytes)}, and \`fields\` picks from up to ${formatBytes(maxBytes)}. ` +
    'Take it without `fields`.',
})
