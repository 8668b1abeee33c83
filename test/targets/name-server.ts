import { createSocket, type RemoteInfo } from 'node:dgram'

export interface NameServer extends AsyncDisposable {
  /** As a resolver wants it: `127.0.0.1:5353`. */
  readonly address: string
  /** Questions for IPv4 addresses that came. */
  readonly asked: number
}

const addressRecord = 1
const headBytes = 12

/**
 * A DNS server (RFC 1035) that answers each question for IPv4 addresses with the next of these, and
 * the last one for ever, with no time to live: it changes its mind as soon as it is asked again.
 */
export async function startNameServer(
  answers: readonly [string, ...string[]],
): Promise<NameServer> {
  let asked = 0
  const socket = createSocket('udp4')
  socket.on('message', (query: Buffer, { port, address }: RemoteInfo) => {
    const isForAddress = typeOf(query) === addressRecord
    const next = isForAddress ? (answers[asked] ?? answers.at(-1) ?? null) : null
    if (isForAddress) asked += 1
    socket.send(reply(query, next), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    get asked() {
      return asked
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** The question stands right behind the head: the labels of a name, a zero, a type and a class. */
function endOfQuestion(query: Buffer): number {
  let at = headBytes
  while ((query[at] ?? 0) !== 0) at += (query[at] ?? 0) + 1
  return at + 5
}

const typeOf = (query: Buffer): number => query.readUInt16BE(endOfQuestion(query) - 4)

function reply(query: Buffer, address: string | null): Buffer {
  const end = endOfQuestion(query)
  const head = Buffer.from(query.subarray(0, headBytes))
  // An answer, as one that has asked others gives it; one question, at most one record.
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(address === null ? 0 : 1, 6)
  head.writeUInt32BE(0, 8)
  const record = address === null ? [] : [recordOf(address)]
  return Buffer.concat([head, query.subarray(headBytes, end), ...record])
}

/** The name of the question again, an address of the internet, valid for no time. */
const recordOf = (address: string): Buffer =>
  Buffer.from([0xc0, headBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)])
