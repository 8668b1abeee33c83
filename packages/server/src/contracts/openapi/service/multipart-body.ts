import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PartsCheck, RequestCheck } from '../../../ports/catalog.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import { createFieldsCheck } from './form-body.ts'
import { pickMediaType } from './media-type.ts'
import type { Pair } from './query-string.ts'

/** More parts than anybody's form has; files pass by, the texts of fields are held. */
const limits = {
  parts: 1_000,
  fieldSize: 1_048_576,
  headerPairs: 32,
  headerSize: 16_384,
} as const
const mostFieldBytes = 8_388_608

interface Part {
  readonly name: string
  readonly mediaType: string
}

interface Form {
  readonly fields: readonly Pair[]
  readonly files: ReadonlyMap<string, number>
  readonly parts: readonly Part[]
}

type ReadForm =
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'malformed'; readonly detail: string }

/**
 * Makes the check of `multipart/form-data` (RFC 7578): its fields are checked as those of other
 * forms, of its files their names and their media types. No more is held than the fields.
 */
export function createPartsCheck(
  media: JsonObject,
  schema: CheckedSchema,
  scope: SchemaScope,
  root: JsonObject,
): (mediaType: string) => PartsCheck {
  const checkFields = createFieldsCheck(media, schema, scope, root)
  const declared = declaredTypes(media)

  return (mediaType) => async (body) => {
    const read = await readForm(body, mediaType)
    if (read.kind === 'malformed') return read
    const { fields, files, parts } = read.form
    const wrong = parts.flatMap((part) => wrongType(part, declared.get(part.name)))
    const checked: RequestCheck = checkFields(fields, files)
    if (wrong.length === 0) return checked
    const errors = checked.kind === 'invalid' ? checked.errors : []
    return { kind: 'invalid', errors: [...wrong, ...errors] }
  }
}

/** What the `encoding` of the media type says that the parts are. */
function declaredTypes({ encoding }: JsonObject): ReadonlyMap<string, readonly string[]> {
  const all = isObject(encoding) ? Object.entries(encoding) : []
  return new Map(
    all.flatMap(([name, one]) => {
      const type = isObject(one) ? one['contentType'] : undefined
      return typeof type === 'string' ? [[name, type.split(',').map((each) => each.trim())]] : []
    }),
  )
}

function wrongType({ name, mediaType }: Part, wanted: readonly string[] | undefined) {
  if (wanted === undefined || pickMediaType(wanted, mediaType) !== null) return []
  const detail = `the part "${name}" is ${mediaType}; send ${wanted.join(' or ')}`
  return [{ pointer: '', detail }]
}

async function readForm(body: AsyncIterable<Uint8Array>, mediaType: string): Promise<ReadForm> {
  const fields: Pair[] = []
  const files = new Map<string, number>()
  const parts: Part[] = []
  let fieldBytes = 0
  try {
    const parser = new Busboy({ headers: { 'content-type': mediaType }, limits })
    parser.on('field', (...field) => {
      const [name, value, , cut, , type] = field
      fieldBytes += value.length
      if (cut || fieldBytes > mostFieldBytes) parser.destroy(new Error('its fields are too long'))
      fields.push({ name, value: encodeURIComponent(value) })
      parts.push({ name, mediaType: type })
    })
    parser.on('file', (name, stream, _, __, type) => {
      passOver(stream)
      files.set(name, (files.get(name) ?? 0) + 1)
      parts.push({ name, mediaType: type })
    })
    parser.on('partsLimit', () =>
      parser.destroy(new Error(`it has more than ${limits.parts} parts`)),
    )
    await pipeline(Readable.from(body, { objectMode: false }), parser)
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault)
    return { kind: 'malformed', detail: `The body is no multipart/form-data: ${reason}.` }
  }
  return { kind: 'form', form: { fields, files, parts } }
}

function passOver(stream: BusboyFileStream): void {
  stream.on('error', () => undefined)
  stream.resume()
}
