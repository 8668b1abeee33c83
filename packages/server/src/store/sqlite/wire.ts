/**
 * What goes between the threads: one flat array for many commands, because structured cloning is
 * several times cheaper for numbers and strings in a row than for objects. Small bodies go along as
 * strings of one byte a character, because a buffer of its own costs its maker and the collectors
 * of both threads more than the copies; large ones lie in one buffer that changes hands.
 */
export interface Message {
  readonly values: unknown[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

const firstBytes = 65_536
/** Bodies up to this size go as strings. */
const stringAtMost = 2_048

const none = new Uint8Array(0)

const latin1 = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  ).toString('latin1')

/** What changes hands with a message; nothing where no command brought a body. */
export const transferOf = ({ bytes }: Message): readonly ArrayBuffer[] =>
  bytes === none ? [] : [bytes.buffer]

const fromLatin1 = (text: string): Uint8Array => {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'latin1')
  return new Uint8Array(buffer, byteOffset, byteLength)
}

export interface Pack {
  value(value: unknown): void
  /** Copies them, because a caller may use its buffer again. */
  bytes(bytes: Uint8Array): void
  /** A body as its column holds it: the bytes, or text that says where they are. */
  body(body: Uint8Array | string): void
  /** Starts a command or a reply, under its code or status. */
  begin(code: number): void
  end(): void
  mark(): Mark
  /** Forgets everything since the mark. */
  reset(mark: Mark): void
  /** @returns what was packed so far, and starts anew */
  take(): Message
}

interface Mark {
  readonly values: number
  readonly bytes: number
}

/** How many values stand before those of a command: its code and where it ends. */
const headLength = 3

export function createPack(): Pack {
  let values: unknown[] = []
  let bytes: Uint8Array<ArrayBuffer> = none
  let used = 0
  let start = 0

  const grow = (length: number): void => {
    const larger = new Uint8Array(Math.max(firstBytes, bytes.length * 2, used + length))
    larger.set(bytes.subarray(0, used))
    bytes = larger
  }

  const addBytes = (more: Uint8Array): void => {
    if (more.length <= stringAtMost) return void values.push(latin1(more))
    if (used + more.length > bytes.length) grow(more.length)
    bytes.set(more, used)
    used += more.length
    values.push(more.length)
  }

  return {
    value(value) {
      values.push(value)
    },
    bytes: addBytes,
    body(body) {
      if (typeof body === 'string') values.push([body])
      else addBytes(body)
    },
    begin(code) {
      start = values.length
      values.push(code, 0, 0)
    },
    end() {
      values[start + 1] = values.length
      values[start + 2] = used
    },
    mark: () => ({ values: values.length, bytes: used }),
    reset(mark) {
      values.length = mark.values
      used = mark.bytes
    },
    take() {
      const message = { values, bytes }
      values = []
      bytes = none
      used = 0
      return message
    },
  }
}

/** Reads what a pack wrote, in the same order. */
export interface Unpack {
  /** A function, because an accessor would give each of these objects a shape of its own. */
  isDone(): boolean
  /** Goes to the next command or reply, wherever reading the last one ended. */
  open(): number
  /** Back to the first value of the present one. */
  rewind(): void
  value(): unknown
  text(): string
  textOrNull(): string | null
  number(): number
  numberOrNull(): number | null
  /** A view, good as long as the message is. */
  bytes(): Uint8Array
  /** What `body` wrote; bytes as a view, good as long as the message is. */
  body(): Uint8Array | string
}

export function createUnpack(message: Message): Unpack {
  const { values } = message
  let at = 0
  let used = 0
  let start = 0
  let startBytes = 0
  let next = 0
  let nextBytes = 0

  const value = (): unknown => values[at++]

  const bytesOf = (length: number | string): Uint8Array => {
    if (typeof length === 'string') return fromLatin1(length)
    used += length
    return message.bytes.subarray(used - length, used)
  }

  return {
    isDone: () => next >= values.length,
    open() {
      start = next
      startBytes = nextBytes
      next = values[start + 1] as number
      nextBytes = values[start + 2] as number
      at = start + headLength
      used = startBytes
      return values[start] as number
    },
    rewind() {
      at = start + headLength
      used = startBytes
    },
    value,
    text: value as () => string,
    textOrNull: value as () => string | null,
    number: value as () => number,
    numberOrNull: value as () => number | null,
    bytes: () => bytesOf(value() as number | string),
    body() {
      const written = value() as number | string | readonly [string]
      return typeof written === 'object' ? written[0] : bytesOf(written)
    },
  }
}
