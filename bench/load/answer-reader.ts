/** Finds where answers of HTTP/1.1 end, and reads nothing of them but the status. */
export interface AnswerReader {
  /** The status once an answer is complete, else null. One answer at a time, no pipelining. */
  read(bytes: Buffer): number | null
}

const headEnd = Buffer.from('\r\n\r\n', 'latin1')
const lastChunk = Buffer.from('\r\n0\r\n\r\n', 'latin1')
const lengthName = Buffer.from('content-length: ', 'latin1')

export function createAnswerReader(): AnswerReader {
  let rest: Buffer | null = null
  // Answers of one server look alike, so the length mostly stands where it stood before.
  let lengthAt = -1

  function bodyLength(bytes: Buffer, end: number): number {
    if (lengthAt === -1 || !standsAt(bytes, lengthAt, end)) {
      const head = bytes.toString('latin1', 0, end).toLowerCase()
      lengthAt = head.indexOf('\r\ncontent-length: ')
      if (lengthAt === -1) return head.includes('transfer-encoding: chunked') ? -1 : 0
      lengthAt += 2
    }
    let length = 0
    for (let at = lengthAt + lengthName.length; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 48
      if (digit < 0 || digit > 9) break
      length = length * 10 + digit
    }
    return length
  }

  return {
    read(arrived) {
      const bytes = rest === null ? arrived : Buffer.concat([rest, arrived])
      const end = bytes.indexOf(headEnd)
      if (end !== -1) {
        const length = bodyLength(bytes, end)
        const bodyAt = end + headEnd.length
        // A chunked body may be empty, and then its end follows the head at once.
        const complete =
          length === -1
            ? bytes.subarray(bodyAt - 2).indexOf(lastChunk) !== -1
            : bytes.length >= bodyAt + length
        if (complete) {
          rest = null
          return readStatus(bytes)
        }
      }
      // What arrived lies in a buffer that the next read overwrites.
      rest = rest === null ? Buffer.from(arrived) : bytes
      return null
    },
  }
}

/** As `HTTP/1.1 202 Accepted` has it. */
const readStatus = (bytes: Buffer): number =>
  ((bytes[9] ?? 0) - 48) * 100 + ((bytes[10] ?? 0) - 48) * 10 + ((bytes[11] ?? 0) - 48)

function standsAt(bytes: Buffer, at: number, end: number): boolean {
  if (at + lengthName.length > end || bytes[at - 1] !== 10) return false
  for (let index = 0; index < lengthName.length; index += 1) {
    // Bit 5 is the difference between upper and lower case.
    if (((bytes[at + index] ?? 0) | 32) !== ((lengthName[index] ?? 0) | 32)) return false
  }
  return true
}
