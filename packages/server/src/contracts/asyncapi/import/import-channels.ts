import { channelShape } from '../../../core/channel-name.ts'
import type { JsonSchema } from '../../../ports/catalog.ts'
import { isObject } from '../../schema/json-pointer.ts'
import { BrokenDocument, type AsyncApiDocument } from '../read/async-api-document.ts'
import { channelNameOf } from './channel-name.ts'
import { createDataWriter, type DataWriter } from './data-schema.ts'
import { directions, readChannels, type Direction, type FoundChannel } from './read-channels.ts'

/** A channel of a document, as it is declared here. */
export interface ImportedChannel {
  readonly name: string
  /** As the document has it; null where it is known only while things run. */
  readonly address: string | null
  readonly directions: readonly Direction[]
  readonly messages: readonly string[]
  /** What was not understood, or is otherwise here. */
  readonly notes: readonly string[]
  /** One line of what the document says of it, if it does. */
  readonly summary: string | null
  /** Null where any data is taken. */
  readonly data: JsonSchema | null
}

export interface ImportedChannels {
  readonly title: string
  readonly channels: readonly ImportedChannel[]
  readonly notes: readonly string[]
}

export type ImportOutcome =
  | ({ readonly kind: 'imported' } & ImportedChannels)
  | { readonly kind: 'refused'; readonly detail: string }

export interface ImportOptions {
  /** Why a channel cannot be called so; null where it can. */
  readonly problemWith: (name: string) => string | null
  /** Waited for after each channel, as there may be thousands of them. */
  readonly breathe: () => Promise<void>
}

const mostChannels = 2_000

/** Makes channels of what a document has. */
export async function importChannels(
  document: AsyncApiDocument,
  options: ImportOptions,
): Promise<ImportOutcome> {
  try {
    return await importAll(document, options)
  } catch (error) {
    if (error instanceof BrokenDocument) return { kind: 'refused', detail: error.message }
    if (!(error instanceof RangeError)) throw error
    return { kind: 'refused', detail: 'the document is nested too deeply to be read' }
  }
}

async function importAll(
  document: AsyncApiDocument,
  { problemWith, breathe }: ImportOptions,
): Promise<ImportOutcome> {
  const found = readChannels(document)
  if (found.length > mostChannels) {
    const detail = `the document has ${found.length} channels, of ${mostChannels} at most; divide it`
    return { kind: 'refused', detail }
  }
  const writer = createDataWriter(document.root)
  const taken = new Set<string>()
  const left: string[] = []
  const channels: ImportedChannel[] = []
  for (const each of merged(found)) {
    await breathe()
    const named = nameFor(each, document.title, taken, problemWith)
    if (named.name === null) left.push(...named.notes)
    else channels.push(importOne(each, named.name, named.notes, writer))
  }
  const notes = [...notesOn(document), ...left]
  return { kind: 'imported', title: document.title, channels, notes }
}

/** Of several channels with one address no name in the document is that of all. */
type Merged = Omit<FoundChannel, 'key'> & { readonly key: string | null }

/** What a document has twice is one channel here. */
function merged(found: readonly FoundChannel[]): readonly Merged[] {
  const byAddress = new Map<string, Merged>()
  for (const one of found) {
    const key = one.address === null ? `key ${one.key}` : `address ${one.address}`
    const known = byAddress.get(key)
    byAddress.set(key, known === undefined ? one : both(known, one))
  }
  return [...byAddress.values()]
}

const both = (one: Merged, other: FoundChannel): Merged => ({
  ...one,
  key: null,
  directions: directions.filter((each) => [one, other].some((it) => it.directions.includes(each))),
  messages: [...one.messages, ...other.messages],
  notes: [...one.notes, ...other.notes, `${other.key} has the same address, and is one with it`],
})

interface Named {
  /** Null where it cannot be declared. */
  readonly name: string | null
  readonly notes: readonly string[]
}

function nameFor(
  { key, address }: Merged,
  title: string,
  taken: Set<string>,
  problemWith: ImportOptions['problemWith'],
): Named {
  const translated = channelNameOf(address ?? key ?? title)
  const notes = [...translated.notes]
  if (address === null) notes.push('it has no address, and is called as it is in the document')
  let name = translated.name || channelNameOf(key ?? title).name || 'channel'
  if (problemWith(name) !== null && problemWith(`imported.${name}`) === null) {
    notes.push(`${name} cannot be its name: ${problemWith(name) ?? ''}`)
    name = `imported.${name}`
  }
  const problem = problemWith(name)
  if (problem !== null)
    return {
      name: null,
      notes: [`${(address ?? key ?? title).slice(0, 300)} is left out: ${problem}`],
    }
  const unique = distinct(name, taken)
  if (unique !== name) notes.push(`another channel is ${name} here already`)
  taken.add(channelShape(unique))
  return { name: unique, notes }
}

function distinct(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(channelShape(name))) return name
  for (let count = 2; ; count += 1) {
    const other = `${name}.${count}`
    if (!taken.has(channelShape(other))) return other
  }
}

function importOne(
  found: Merged,
  name: string,
  notes: readonly string[],
  writer: DataWriter,
): ImportedChannel {
  const { address, messages } = found
  const { data, notes: lost } = writer.write(messages)
  return {
    name,
    address,
    directions: found.directions,
    messages: [...new Set(messages.map((message) => message.name))],
    notes: [
      ...new Set([
        ...notes,
        ...found.notes,
        ...messages.flatMap((message) => message.notes),
        ...(messages.length === 0 ? ['it has no messages, so that any data is taken'] : []),
        ...lost,
      ]),
    ],
    summary: found.summary,
    data,
  }
}

function notesOn({ root, version }: AsyncApiDocument): readonly string[] {
  const { servers, channels } = root
  const isEmpty = !isObject(channels) || Object.keys(channels).length === 0
  const protocols = isObject(servers)
    ? Object.values(servers).flatMap((server) =>
        isObject(server) && typeof server['protocol'] === 'string' ? [server['protocol']] : [],
      )
    : []
  return [
    ...(isEmpty ? ['the document has no channels, so that nothing is declared'] : []),
    ...(protocols.length === 0
      ? []
      : [
          `its servers (${[...new Set(protocols)].join(', ')}) are not connected to: the channels are Buzzer's own`,
        ]),
    ...(isObject(servers) && Object.values(servers).some((one) => isObject(one) && one['security'])
      ? ['the security of its servers is not taken over; here the rights of the caller count']
      : []),
    ...(version === 2
      ? ['2.x is read as 3.1: what it publishes is received, and the reverse']
      : []),
  ]
}
