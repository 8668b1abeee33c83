import { drip, failed, late, lines, onHead, respondWith, type Misbehaviour } from './receiver.ts'

const ok = 'HTTP/1.1 200 OK'

/** Those that keep one waiting. */
export const silent: readonly Misbehaviour[] = [
  {
    name: 'takes the request and says nothing',
    serve: () => onHead(() => {}),
    outcomes: [late(/did not come in time.*Answer 2xx first/)],
  },
  {
    name: 'accepts the connection and never reads',
    serve: () => (socket) => void socket.pause(),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'stops in the middle of the head',
    serve: () => respondWith(`${ok}\r\ncontent-le`),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'stops in the middle of the body',
    serve: () => respondWith(`${lines(ok, 'content-length: 20')}half of it`),
    outcomes: [late(/began \(status 200\) and did not end in time/)],
  },
  {
    name: 'stops in the middle of a chunk',
    serve: () => respondWith(`${lines(ok, 'transfer-encoding: chunked')}ffff\r\nhalf of it`),
    outcomes: [late(/began \(status 200\)/)],
  },
  {
    name: 'drips its head',
    serve: () =>
      onHead((socket) => {
        socket.write(`${ok}\r\nx: `)
        drip(socket, 'x')
      }),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'drips its body',
    serve: () =>
      onHead((socket) => {
        socket.write(lines(ok, 'content-length: 4000'))
        drip(socket, 'x')
      }),
    outcomes: [late(/began \(status 200\)/)],
  },
  {
    name: 'drips empty lines',
    serve: () => onHead((socket) => drip(socket, '\r\n')),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'drips informational answers',
    serve: () => onHead((socket) => drip(socket, lines('HTTP/1.1 102 Processing'), 100)),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'says 100-continue for ever',
    serve: () => onHead((socket) => drip(socket, lines('HTTP/1.1 100 Continue'))),
    outcomes: [failed(/closed before the answer|broke off|cut/)],
  },
  {
    name: 'drips a body without end after all that is kept of it',
    serve: () =>
      onHead((socket) => {
        socket.write(`${lines(ok, 'transfer-encoding: chunked')}1100\r\n${'x'.repeat(4_352)}\r\n`)
        drip(socket, '1\r\nx\r\n')
      }),
    outcomes: [{ kind: 'delivered', status: 200, reason: null }],
  },
]
