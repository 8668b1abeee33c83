import { escapeStep, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import {
  BrokenDocument,
  membersAt,
  resolvePart,
  type AsyncApiDocument,
} from '../read/async-api-document.ts'
import { readMessage, readMessages, type Message } from './message.ts'

/** What the application that the document describes does with a channel. */
export const directions = ['send', 'receive'] as const
export type Direction = (typeof directions)[number]

/** A channel as both versions of documents have it. */
export interface FoundChannel {
  /** Its name in the document. */
  readonly key: string
  readonly address: string | null
  readonly summary: string | null
  readonly directions: readonly Direction[]
  readonly messages: readonly Message[]
  readonly notes: readonly string[]
}

/** @throws BrokenDocument that says where */
export const readChannels = (document: AsyncApiDocument): readonly FoundChannel[] =>
  document.version === 2 ? readVersion2(document.root) : readVersion3(document.root)

function readVersion2(root: JsonObject): readonly FoundChannel[] {
  return membersAt(root['channels'], '/channels').map(([address, part]) => {
    const pointer = `/channels/${escapeStep(address)}`
    const resolved = resolvePart(root, part, pointer)
    const common = { key: address, address, summary: null, directions: [], messages: [] }
    if (resolved.kind === 'elsewhere') return { ...common, notes: [`it ${resolved.detail}`] }
    const channel = resolved.value
    // What the application subscribes its readers to, it sends.
    const sides = [
      ['subscribe', 'send'],
      ['publish', 'receive'],
    ] as const
    const present = sides.filter(([side]) => channel[side] !== undefined)
    const operations = present.map(([side]) => {
      const at = `${resolved.pointer}/${side}`
      return { at, found: resolvePart(root, channel[side], at) }
    })
    return {
      ...common,
      summary: summaryOf(channel),
      directions: present.map(([, direction]) => direction),
      messages: operations.flatMap(({ found }) =>
        found.kind === 'here'
          ? messagesOf(root, found.value['message'], `${found.pointer}/message`)
          : [],
      ),
      notes: [
        ...notesOn(channel),
        ...operations.flatMap(({ found }) =>
          found.kind === 'here' ? notesOnOperation(found.value) : [],
        ),
      ],
    }
  })
}

function messagesOf(root: JsonObject, message: unknown, pointer: string): readonly Message[] {
  if (message === undefined || message === null) return []
  const several = isObject(message) ? message['oneOf'] : undefined
  if (!Array.isArray(several)) return [readMessage(root, message, pointer, null)]
  return several.map((one: unknown, index) =>
    readMessage(root, one, `${pointer}/oneOf/${index}`, null),
  )
}

function readVersion3(root: JsonObject): readonly FoundChannel[] {
  const operations = membersAt(root['operations'], '/operations').flatMap(([key, part]) =>
    readOperation(root, key, part),
  )
  return membersAt(root['channels'], '/channels').map(([key, part]) => {
    const pointer = `/channels/${escapeStep(key)}`
    const resolved = resolvePart(root, part, pointer)
    if (resolved.kind === 'elsewhere')
      return {
        key,
        address: null,
        summary: null,
        directions: [],
        messages: [],
        notes: [`it ${resolved.detail}`],
      }
    const { value } = resolved
    const own = operations.filter((each) => each.channel === value)
    const { address } = value
    return {
      key,
      address: typeof address === 'string' ? address : null,
      summary: summaryOf(value),
      directions: directions.filter((direction) =>
        own.some((each) => each.direction === direction),
      ),
      messages: readMessages(root, value['messages'], `${resolved.pointer}/messages`),
      notes: [...notesOn(value), ...own.flatMap(({ notes }) => notes)],
    }
  })
}

const longestSummary = 200

function summaryOf({ summary, title, description }: JsonObject): string | null {
  const given = [summary, title, description].find((each) => typeof each === 'string')
  const [line = ''] = typeof given === 'string' ? given.trim().split('\n') : []
  return line === '' ? null : shorten(line)
}

/** Ends behind a whole word: half a link is none. */
function shorten(line: string): string {
  if (line.length <= longestSummary) return line
  const most = line.slice(0, longestSummary - 1)
  const [words = most] = /^.*\S(?=\s)/u.exec(most) ?? []
  return `${words}…`
}

/** A way in which a channel is used. */
interface Use {
  /** The channel itself, to be told by its identity. */
  readonly channel: JsonObject
  readonly direction: Direction
  readonly notes: readonly string[]
}

function readOperation(root: JsonObject, key: string, part: unknown): readonly Use[] {
  const at = `/operations/${escapeStep(key)}`
  const resolved = resolvePart(root, part, at)
  if (resolved.kind === 'elsewhere') return []
  const { action, channel, reply } = resolved.value
  if (action !== 'send' && action !== 'receive')
    throw new BrokenDocument(`${at}/action must be "send" or "receive"`)
  const found = resolvePart(root, channel, `${at}/channel`)
  if (found.kind === 'elsewhere') return []
  const notes = notesOnOperation(resolved.value)
  if (reply === undefined) return [{ channel: found.value, direction: action, notes }]
  const request = `${key} expects a reply: requests and replies are not matched here`
  return [
    { channel: found.value, direction: action, notes: [...notes, request] },
    ...readReply(root, key, reply, { at: `${at}/reply`, action }),
  ]
}

function readReply(
  root: JsonObject,
  key: string,
  reply: unknown,
  { at, action }: { readonly at: string; readonly action: Direction },
): readonly Use[] {
  const resolved = resolvePart(root, reply, at)
  if (resolved.kind === 'elsewhere' || resolved.value['channel'] === undefined) return []
  const found = resolvePart(root, resolved.value['channel'], `${at}/channel`)
  if (found.kind === 'elsewhere') return []
  const note = `it carries the replies to ${key}, which are not matched with their requests here`
  const direction = action === 'send' ? 'receive' : 'send'
  return [{ channel: found.value, direction, notes: [note] }]
}

function notesOn(channel: JsonObject): readonly string[] {
  const { bindings, parameters, servers } = channel
  const isNarrowed =
    isObject(parameters) && Object.values(parameters).some((one) => isObject(one) && narrows(one))
  return [
    ...(isObject(bindings) ? [`its bindings (${namesIn(bindings)}) are not used here`] : []),
    ...(isNarrowed ? ['any value of its parameters is taken, also ones that are not listed'] : []),
    ...(Array.isArray(servers) && servers.length > 0
      ? ['that it is on some of the servers only is not looked at']
      : []),
  ]
}

const narrows = ({ enum: values, schema }: JsonObject): boolean =>
  values !== undefined || (isObject(schema) && ('enum' in schema || 'pattern' in schema))

function notesOnOperation({ bindings, security }: JsonObject): readonly string[] {
  return [
    ...(isObject(bindings)
      ? [`the bindings of its operations (${namesIn(bindings)}) are not used here`]
      : []),
    ...(Array.isArray(security) && security.length > 0
      ? ['its security is that of the other server; here the rights of the caller count']
      : []),
  ]
}

const namesIn = (bindings: JsonObject): string =>
  Object.keys(bindings).slice(0, 8).join(', ') || 'none'
