import { channel } from './buzzer-source.ts'
import type { ReadersPlan } from './readers.ts'
import type { Source } from './source.ts'

export const count = 5_000
const httpGet = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAccept: text/event-stream\r\n\r\n`

export type Protocol = Pick<ReadersPlan, 'opening' | 'ready'>

export const sse: Protocol = { opening: httpGet(`/v1/channels/${channel}/events`), ready: 'retry:' }
/** A message of a client, which has to be masked; with a mask of zeros it stays as it is. */
const masked = (text: string): string =>
  `${String.fromCharCode(0x81, 0x80 | text.length)}\0\0\0\0${text}`
const handshake = [
  'GET /v1/ws HTTP/1.1',
  'Host: 127.0.0.1:PORT',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n')
export const webSocket: Protocol = {
  opening: handshake + masked(JSON.stringify({ type: 'subscribe', id: '1', channel })),
  ready: '"ack"',
}
export const bareWebSocket: Protocol = { opening: handshake, ready: '101 Switching' }

export const nats: Protocol = {
  opening: 'CONNECT {"verbose":false}\r\nSUB quotes.ACME 1\r\nPING\r\n',
  ready: 'PONG\r\n',
}

export const planFor = (
  { port }: Pick<Source, 'port'>,
  { opening, ready }: Protocol,
): ReadersPlan => ({
  port,
  count,
  opening: opening.replace('PORT', String(port)),
  ready,
})
