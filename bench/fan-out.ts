import { startBuzzerSource, type BuzzerSource } from './fan-out/buzzer-source.ts'
import { atRate, gather, lone, saturate, type Delivery } from './fan-out/measure.ts'
import { startNats } from './fan-out/nats-source.ts'
import { startLoop } from './fan-out/peer-source.ts'
import {
  bareWebSocket,
  count,
  nats,
  planFor,
  sse,
  webSocket,
  type Protocol,
} from './fan-out/protocols.ts'
import type { Source } from './fan-out/source.ts'
import { alone, atLeast, below, type Benchmark, type Finding } from './finding.ts'

const loneTimes = 5

interface Pumping {
  readonly window: number
  readonly batch: number
  readonly forMs: number
}

/** What a peer does: one message alone, and as fast as it goes. */
interface Measured {
  readonly loneMs: number
  readonly full: Delivery
}

async function measurePeer(
  start: () => Promise<Source>,
  protocol: Protocol,
  pumping: Pumping,
): Promise<Measured> {
  await using source = await start()
  await using audience = await gather(planFor(source, protocol))
  const loneMs = await lone(source, audience, loneTimes)
  return { loneMs, full: await saturate(source, audience, pumping) }
}

async function measureOurs(source: BuzzerSource, protocol: Protocol, pumping: Pumping) {
  await using audience = await gather(planFor(source, protocol))
  const loneMs = await lone(source, audience, loneTimes)
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
    const loop = await measurePeer(() => startLoop('peers/sse-loop.ts'), sse, one)
    const server = await measurePeer(startNats, nats, pumping)
    const sockets = await measureOurs(source, webSocket, pumping)
    const bare = await measurePeer(() => startLoop('peers/ws-loop.ts'), bareWebSocket, one)
    return [
      ...findingsOf('SSE', ours, loop, server),
      ...findingsOf('WebSocket', sockets, bare, server),
    ]
  },
}

function findingsOf(
  protocol: string,
  ours: Awaited<ReturnType<typeof measureOurs>>,
  loop: Measured,
  server: Measured,
): readonly Finding[] {
  const against = (name: string, { full }: Measured, least: number): Finding => ({
    what: `${protocol}: delivered`,
    unit: 'per s',
    ours: ours.full.perSecond,
    peer: { name, value: full.perSecond },
    ratio: ours.full.perSecond / full.perSecond,
    target: atLeast(ours.full.perSecond / full.perSecond, least),
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
    {
      ...time('one lone message, to the last reader', ours.loneMs, 60),
      peer: { name: 'a bare loop', value: loop.loneMs },
      ratio: ours.loneMs / loop.loneMs,
    },
  ]
}
