/** Text messages one after the other, as a server sends them (RFC 6455, section 5.2). */
export interface Frames {
  readonly bytes: Buffer
  /** Where each of them ends. */
  readonly ends: readonly number[]
}

/** The last fragment of a message, of the kind text. */
const finalText = 0x81
const short = 125
const medium = 65_535

const headBytes = (length: number): number => (length <= short ? 2 : length <= medium ? 4 : 10)

function writeHead(bytes: Buffer, at: number, length: number): number {
  bytes[at] = finalText
  if (length <= short) {
    bytes[at + 1] = length
    return at + 2
  }
  if (length <= medium) {
    bytes[at + 1] = 126
    return bytes.writeUInt16BE(length, at + 2)
  }
  bytes[at + 1] = 127
  return bytes.writeUInt32BE(length, bytes.writeUInt32BE(0, at + 2))
}

/** All of these as one buffer, so that they are one write. */
export function frameTexts(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const total = lengths.reduce((sum, length) => sum + headBytes(length) + length, 0)
  const bytes = Buffer.allocUnsafe(total)
  let at = 0
  for (const [index, text] of texts.entries()) {
    at = writeHead(bytes, at, lengths[index] ?? 0)
    at += bytes.write(text, at)
  }
  return bytes
}

/** Texts in UTF-8, one behind the other. */
export interface Bodies {
  readonly bytes: Buffer
  readonly ends: readonly number[]
}

export function bodiesOf(texts: readonly string[]): Bodies {
  const bytes = Buffer.from(texts.join(''))
  let at = 0
  return { bytes, ends: texts.map((text) => (at += Buffer.byteLength(text))) }
}

/** One message for each body, which stands between the same two texts in all of them. */
export function frameBodies({ bytes, ends }: Bodies, before: string, after: string): Frames {
  const head = Buffer.from(before)
  const tail = Buffer.from(after)
  const around = head.length + tail.length
  const total = ends.reduce((sum, end, index) => {
    const length = end - (ends[index - 1] ?? 0) + around
    return sum + headBytes(length) + length
  }, 0)
  // It may live long, and must not hold on to a pool that it shares with others.
  const framed = Buffer.allocUnsafeSlow(total)
  let at = 0
  let from = 0
  const framedEnds = ends.map((end) => {
    at = writeHead(framed, at, end - from + around)
    at += head.copy(framed, at)
    at += bytes.copy(framed, at, from, end)
    at += tail.copy(framed, at)
    from = end
    return at
  })
  return { bytes: framed, ends: framedEnds }
}

/** One message alone. */
export function frameOne(text: string): Frames {
  const bytes = frameTexts([text])
  return { bytes, ends: [bytes.length] }
}
