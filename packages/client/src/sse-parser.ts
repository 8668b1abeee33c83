/** One message of an event stream. */
export interface SseMessage {
  /** The last id that the stream named, in this message or before; empty before the first. */
  readonly id: string
  /** `message` where the stream gives no name. */
  readonly event: string
  readonly data: string
}

export interface SseParser {
  /** Takes the next bytes, cut anywhere, and gives the messages that they complete. */
  push(chunk: Uint8Array): SseMessage[]
  /** The id with which a browser would come back: that of the last message, or of one without data. */
  readonly lastId: string
  /** The reconnection time that the stream asked for, in milliseconds. */
  readonly retryMs: number | null
}

/** A line or a message that never ends must not fill the memory; in characters. */
const maxMessageLength = 64 * 1024 * 1024

/**
 * Reads `text/event-stream` as the HTML standard says (section 9.2.6): UTF-8 with or without a byte
 * order mark, lines ended by LF, CR or CRLF, and a message that is cut off at the end is dropped.
 */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder()
  const message = createMessageBuilder()
  let unfinished: string[] = []
  let unfinishedLength = 0
  let afterCr = false

  const endLine = (rest: string): SseMessage | null => {
    const line = unfinished.length === 0 ? rest : unfinished.join('') + rest
    unfinished = []
    unfinishedLength = 0
    return line === '' ? message.dispatch() : message.field(line)
  }
  const keep = (rest: string): void => {
    unfinished.push(rest)
    unfinishedLength += rest.length
    if (unfinishedLength > maxMessageLength)
      throw new RangeError('A line of the stream is too long')
  }
  /** A CRLF may be cut in two: its LF then stands first in the next chunk and ends no line. */
  const withoutSplitLf = (text: string): string => {
    const split = afterCr && text.startsWith('\n')
    if (text !== '') afterCr = text.endsWith('\r')
    return split ? text.slice(1) : text
  }

  return {
    push(chunk) {
      const lines = withoutSplitLf(decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/)
      const rest = lines.pop() ?? ''
      const messages = lines.map(endLine).filter((found) => found !== null)
      if (rest !== '') keep(rest)
      return messages
    },
    get lastId() {
      return message.lastId
    },
    get retryMs() {
      return message.retryMs
    },
  }
}

interface MessageBuilder {
  readonly lastId: string
  readonly retryMs: number | null
  field(line: string): null
  dispatch(): SseMessage | null
}

function createMessageBuilder(): MessageBuilder {
  let id = ''
  let lastId = ''
  let event = ''
  let data: string[] = []
  let dataLength = 0
  let retryMs: number | null = null

  const addData = (value: string): void => {
    data.push(value)
    dataLength += value.length
    if (dataLength > maxMessageLength) throw new RangeError('A message of the stream is too long')
  }
  const set = (name: string, value: string): void => {
    if (name === 'data') addData(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) retryMs = Number(value)
  }

  return {
    get lastId() {
      return lastId
    },
    get retryMs() {
      return retryMs
    },
    field(line) {
      const colon = line.indexOf(':')
      // A comment starts with the colon; a line without one is a name with an empty value.
      if (colon === -1) set(line, '')
      else if (colon > 0) set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
      return null
    },
    dispatch() {
      lastId = id
      const ready =
        data.length === 0 ? null : { id, event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      dataLength = 0
      return ready
    },
  }
}
