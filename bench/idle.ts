import { setTimeout as sleep } from 'node:timers/promises'
import { startBuzzerSource } from './fan-out/buzzer-source.ts'
import { gather } from './fan-out/measure.ts'
import { startLoop } from './fan-out/peer-source.ts'
import {
  bareWebSocket,
  count,
  planFor,
  sse,
  webSocket,
  type Protocol,
} from './fan-out/protocols.ts'
import type { Source } from './fan-out/source.ts'
import { below, type Benchmark, type Finding } from './finding.ts'

interface Measured extends Source {
  memoryMb(): Promise<number>
}

/** For what is only needed while they connect to be let go of, in milliseconds. */
const settleMs = 5_000

/** What a quiet reader costs its server, in KB. */
async function costOf(start: () => Promise<Measured>, protocol: Protocol): Promise<number> {
  await using server = await start()
  await sleep(settleMs)
  const beforeMb = await server.memoryMb()
  await using audience = await gather(planFor(server, protocol))
  await sleep(settleMs)
  await audience.read()
  return (((await server.memoryMb()) - beforeMb) * 1_024) / count
}

async function compare(
  name: string,
  protocol: Protocol,
  peer: { readonly file: string; readonly name: string; readonly protocol: Protocol },
): Promise<Finding> {
  const ours = await costOf(startBuzzerSource, protocol)
  const theirs = await costOf(() => startLoop(peer.file), peer.protocol)
  return {
    what: `an idle reader by ${name}`,
    unit: 'KB',
    ours,
    peer: { name: peer.name, value: theirs },
    ratio: ours / theirs,
    target: below(ours - theirs, 15, ' KB more'),
  }
}

/** Memory of quiet connections, besides what the socket's own library takes. */
export const idle: Benchmark = {
  name: 'idle',
  summary: `memory of ${count} quiet readers, against the bare library`,
  async measure() {
    return [
      await compare('SSE', sse, {
        file: 'peers/sse-loop.ts',
        name: 'node:http',
        protocol: sse,
      }),
      await compare('WebSocket', webSocket, {
        file: 'peers/ws-loop.ts',
        name: 'ws',
        protocol: bareWebSocket,
      }),
    ]
  },
}
