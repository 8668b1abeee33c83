import {
  delivered,
  failed,
  late,
  lines,
  onHead,
  respondWith,
  type Misbehaviour,
} from './receiver.ts'

const ok = 'HTTP/1.1 200 OK'
const whole = `${lines(ok, 'content-length: 2')}ok`

/** Those that end too early, too late or in the wrong place. */
export const endings: readonly Misbehaviour[] = [
  {
    name: 'closes the connection at once',
    serve: () => (socket) => void socket.end(),
    outcomes: [failed(/closed before|cut|closed while|broke off/)],
  },
  {
    name: 'resets the connection at once',
    serve: () => (socket) => void socket.resetAndDestroy(),
    outcomes: [failed(/closed before|cut|closed while|broke off/)],
  },
  {
    name: 'closes without an answer',
    serve: () => onHead((socket) => void socket.end()),
    outcomes: [failed(/closed before|cut|closed while/)],
  },
  {
    name: 'resets in the middle of the head',
    serve: () =>
      onHead((socket) => {
        socket.write(`${ok}\r\ncontent-`)
        setImmediate(() => socket.resetAndDestroy())
      }),
    outcomes: [failed(/closed before|cut|closed while/)],
  },
  {
    name: 'resets in the middle of the body',
    serve: () =>
      onHead((socket) => {
        socket.write(`${lines(ok, 'content-length: 99')}half`)
        setImmediate(() => socket.resetAndDestroy())
      }),
    outcomes: [failed(/closed before|cut|closed while/)],
  },
  {
    name: 'resets an answer that ends with its connection',
    serve: () =>
      onHead((socket) => {
        socket.write(`${lines(ok, 'connection: close')}half`)
        setTimeout(() => socket.resetAndDestroy(), 20)
      }),
    outcomes: [failed(/broke off/)],
  },
  {
    name: 'sends less than it says',
    serve: () => onHead((socket) => void socket.end(`${lines(ok, 'content-length: 99')}less`)),
    outcomes: [failed(/another length|closed before/)],
  },
  {
    name: 'sends more than it says',
    serve: () => respondWith(`${whole} and more`),
    outcomes: [delivered()],
  },
  {
    name: 'sends a body with 204',
    serve: () => respondWith(`${lines('HTTP/1.1 204 No Content', 'content-length: 4')}body`),
    outcomes: [delivered(204)],
  },
  {
    name: 'answers twice',
    serve: () => respondWith(whole + lines('HTTP/1.1 500 Oops', 'content-length: 0')),
    outcomes: [delivered()],
  },
  {
    name: 'answers before it has read the body, and never reads the rest',
    serve: () => (socket) =>
      void socket.once('data', () => {
        socket.pause()
        socket.write(whole)
      }),
    // The second request goes behind what is left of the first one, where nobody reads it.
    outcomes: [delivered(), late(/did not come in time/)],
  },
  {
    name: 'ends its side before it answers, and leaves the other open',
    serve: () => onHead((socket) => void socket.end(whole)),
    outcomes: [delivered()],
  },
  {
    name: 'says that it closes, and does not',
    serve: () => respondWith(`${lines(ok, 'connection: close', 'content-length: 2')}ok`),
    outcomes: [delivered()],
  },
]
