import { connect, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { expired, forAnotherName, good, untrusted, type Credentials } from './certificates.ts'
import {
  delivered,
  failed,
  late,
  lines,
  respondWith,
  type Misbehaviour,
  type Outcome,
  type Serve,
} from './receiver.ts'

const ok = `${lines('HTTP/1.1 200 OK', 'content-length: 2')}ok`
const slownessMs = 150

const shows = (name: string, credentials: Credentials, outcome: Outcome): Misbehaviour => ({
  name,
  scheme: 'https',
  credentials,
  serve: () => respondWith(ok),
  outcomes: [outcome],
})

const plain = (name: string, serve: Serve, outcome: Outcome): Misbehaviour => ({
  name,
  scheme: 'https',
  serve: () => serve,
  outcomes: [outcome],
})

/** Hands each connection on to a server that speaks TLS, after a while. */
const speaksSlowly: Serve = (socket) => {
  const server = createServer({ ...good }, respondWith(ok)).on('tlsClientError', () => {})
  socket.pause()
  socket.on('close', () => server.close())
  server.listen(0, '127.0.0.1', () => {
    setTimeout(() => {
      const inner = connect((server.address() as AddressInfo).port, '127.0.0.1')
      inner.on('error', () => socket.destroy())
      socket.on('close', () => inner.destroy())
      socket.pipe(inner).pipe(socket)
    }, slownessMs)
  })
}

/** Those that are bad at TLS. Clients have to trust `trusted` of certificates.ts. */
export const secure: readonly Misbehaviour[] = [
  shows('shows a certificate that it signed itself', untrusted, failed(/signed by itself/)),
  shows('shows a certificate that has expired', expired, failed(/has expired/)),
  shows('shows a certificate of another name', forAnotherName, failed(/for another name/)),
  plain('never finishes its handshake', () => {}, late(/connection did not open in time/)),
  plain('takes its time for the handshake', speaksSlowly, delivered()),
  plain(
    'speaks no TLS where it is asked for it',
    (socket) => void socket.once('data', () => socket.write(ok)),
    failed(/does not speak TLS/),
  ),
  plain(
    'closes in the handshake',
    (socket) => void socket.once('data', () => socket.end()),
    failed(/closed before it was ready/),
  ),
  plain(
    'resets in the handshake',
    (socket) => void socket.once('data', () => socket.resetAndDestroy()),
    failed(/closed before it was ready/),
  ),
]
