import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Sealer } from '../../ports/sealer.ts'
import type { Credentials, ServiceOptions } from '../../define/service.ts'
import type { Attachment } from '../../ports/definitions.ts'

/** What `service()` takes, with its document as text. */
export interface StoredService {
  readonly options: Omit<ServiceOptions, 'openapi'>
  /** Where the document was read; null where it came itself. */
  readonly source: string | null
  /** JSON or YAML. */
  readonly text: string
}

/** As it lies in the store: the document apart, compressed, and the secrets sealed. */
export interface ServiceRecord {
  readonly document: string
  readonly attachment: Attachment
}

interface Written {
  readonly options: Omit<ServiceOptions, 'openapi' | 'credentials'>
  readonly source: string | null
  readonly credentials: string | null
}

const compress = promisify(gzip)
const decompress = promisify(gunzip)
/** Far more than any document that is taken; less than would fill the memory. */
const longestText = 268_435_456

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export async function writeService(
  name: string,
  { options, source, text }: StoredService,
  sealer: Sealer,
): Promise<ServiceRecord> {
  const { credentials, ...plain } = options
  const sealed =
    credentials === undefined ? null : sealer.seal(JSON.stringify(credentials), placeOf(name))
  const written: Written = { options: plain, source, credentials: sealed }
  const body = await compress(Buffer.from(text, 'utf8'))
  return { document: JSON.stringify(written), attachment: { hash: hashOf(text), body } }
}

/** What is stored of a service cannot be made out. */
export class UnreadableService extends Error {
  override readonly name = 'UnreadableService'
}

/** @throws {UnreadableService} that says why */
export async function readService(
  name: string,
  record: { readonly document: string; readonly attachment: Attachment | null },
  sealer: Sealer,
): Promise<StoredService> {
  try {
    return await unpack(name, record, sealer)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableService(reason, { cause })
  }
}

async function unpack(
  name: string,
  record: { readonly document: string; readonly attachment: Attachment | null },
  sealer: Sealer,
): Promise<StoredService> {
  const { options, source, credentials } = JSON.parse(record.document) as Written
  if (record.attachment === null) throw new Error('its document is not in the store')
  const text = await decompress(record.attachment.body, { maxOutputLength: longestText })
  const opened = credentials === null ? null : sealer.open(credentials, placeOf(name))
  if (credentials !== null && opened === null) {
    throw new Error(
      "its credentials were sealed with another secret than the server's present one; " +
        'bring that back (BUZZER_SECRET, or secret.key), or put the service again',
    )
  }
  return {
    options: {
      ...options,
      ...(opened === null ? {} : { credentials: JSON.parse(opened) as Credentials }),
    },
    source,
    text: text.toString('utf8'),
  }
}

const placeOf = (name: string): string => `service ${name}`
