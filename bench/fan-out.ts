import { channel, startBuzzerSource, type BuzzerSource } from './fan-out/buzzer-source.ts'
import { atRate, gather, lone, saturate, type Delivery } from './fan-out/measure.ts'
import { startNats } from './fan-out/nats-source.ts'
import { startLoop } from './fan-out/peer-source.ts'
import type { ReadersPlan } from './fan-out/readers.ts'
import type { Source } from './fan-out/source.ts'
import { alone, atLeast, below, type Benchmark, type Finding } from './finding.ts'

const count = 5_000
const httpGet = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAccept: text/event-stream\r\n\r\n`

type Protocol = Pick<ReadersPlan, 'opening' | 'ready'>

const sse: Protocol = { opening: httpGet(`/v1/channels/${channel}/events`), ready: 'retry:' }
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
const webSocket: Protocol = {
  opening: handshake + masked(JSON.stringify({ type: 'subscribe', id: '1', channel })),
  ready: '"ack"',
}
const bareWebSocket: Protocol = { opening: handshake, ready: '101 Switching' }

const nats: Protocol = {
  opening: 'CONNECT {"verbose":false}\r\nSUB quotes.ACME 1\r\nPING\r\n',
  ready: 'PONG\r\n',
}

const planFor = ({ port }: Source, { opening, ready }: Protocol): ReadersPlan => ({
  port,
  count,
  opening: opening.replace('PORT', String(port)),
  ready,
})

interface Pumping {
  readonly window: number
  readonly batch: number
  readonly forMs: number
}

async function measureSource(
  start: () => Promise<Source>,
  protocol: Protocol,
  pumping: Pumping,
): Promise<Delivery> {
  await using source = await start()
  await using audience = await gather(planFor(source, protocol))
  return await saturate(source, audience, pumping)
}

async function measureOurs(source: BuzzerSource, protocol: Protocol, pumping: Pumping) {
  await using audience = await gather(planFor(source, protocol))
  const loneMs = await lone(source, audience, 5)
  const full = await saturate(source, audience, pumping)
  const half = await atRate(source, audience, {
    perSecond: full.perSecond / count / 2,
    forMs: pumping.forMs,
  })
  return { loneMs, full, half }
}

/** 5,000 readers of one channel whose events are on disk before they are told. */
export const fanOut: Benchmark = {
  name: 'fan-out',
  summary: `${count} readers of one channel, history on, against a bare loop and nats-server`,
  async measure({ measuredMs }) {
    const pumping = { window: 256, batch: 16, forMs: measuredMs }
    await using source = await startBuzzerSource()
    const ours = await measureOurs(source, sse, pumping)
    const one = { ...pumping, window: 8, batch: 1 }
    const loop = await measureSource(() => startLoop('peers/sse-loop.ts'), sse, one)
    const server = await measureSource(startNats, nats, pumping)
    const sockets = await measureOurs(source, webSocket, pumping)
    const bare = await measureSource(() => startLoop('peers/ws-loop.ts'), bareWebSocket, one)
    return [
      ...findingsOf('SSE', ours, loop, server),
      ...findingsOf('WebSocket', sockets, bare, server),
    ]
  },
}

function findingsOf(
  protocol: string,
  ours: Awaited<ReturnType<typeof measureOurs>>,
  loop: Delivery,
  server: Delivery,
): readonly Finding[] {
  const against = (name: string, peer: Delivery, least: number): Finding => ({
    what: `${protocol}: delivered`,
    unit: 'per s',
    ours: ours.full.perSecond,
    peer: { name, value: peer.perSecond },
    ratio: ours.full.perSecond / peer.perSecond,
    target: atLeast(ours.full.perSecond / peer.perSecond, least),
  })
  const time = (what: string, ms: number, most: number | null): Finding => ({
    what: `${protocol}: ${what}`,
    unit: 'ms',
    ...alone(ms),
    target: most === null ? null : below(ms, most, ' ms'),
  })
  return [
    against('a bare loop', loop, 6),
    against('nats-server', server, 1),
    time('p99 at saturation', ours.full.p99Ms, null),
    time('p99 at half of it', ours.half.p99Ms, 50),
    time('one lone message, to the last reader', ours.loneMs, 60),
  ]
}
