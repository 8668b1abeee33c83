/** Reads unmasked text frames as RFC 6455 has them, on its own. @throws where they are none */
export function readFrames(bytes: Buffer): readonly string[] {
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== 0x81) throw new Error(`no final text frame at ${at}: ${bytes[at]}`)
    const short = bytes.readUInt8(at + 1)
    if (short > 127) throw new Error('a server does not mask')
    const [length, head] = lengthAt(bytes, at, short)
    const end = at + head + length
    if (end > bytes.length) throw new Error('the last frame is cut off')
    texts.push(bytes.toString('utf8', at + head, end))
    at = end
  }
  return texts
}

function lengthAt(bytes: Buffer, at: number, short: number): readonly [number, number] {
  if (short === 126) return [bytes.readUInt16BE(at + 2), 4]
  return short === 127 ? [Number(bytes.readBigUInt64BE(at + 2)), 10] : [short, 2]
}
