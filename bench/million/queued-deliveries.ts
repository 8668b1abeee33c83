import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createIdSource, type EndpointId } from '@buzzer/contract'
import { liveLane } from '../../packages/server/src/core/lane.ts'
import type { NewMessage } from '../../packages/server/src/ports/fan-out.ts'
import { openSqliteStore } from '../../packages/server/src/store/sqlite/open.ts'
import { startBuzzerSource } from '../fan-out/buzzer-source.ts'
import { saturate } from '../fan-out/measure.ts'
import { peerEvent } from '../fan-out/source.ts'
import {
  alone,
  atLeast,
  below,
  compare,
  inRounds,
  median,
  versus,
  type Benchmark,
} from '../finding.ts'
import { counted } from '../webhooks/counted.ts'
import { createWebhooks } from '../webhooks/create-webhooks.ts'
import { startReceivers, type Receivers } from '../webhooks/start-receivers.ts'

const queued = 1_000_000
const page = 500
/** Before its memory is looked at it has found them, and tried. */
const triesForMs = 20_000
const pumping = { window: 6_000, batch: 1_000 }

/** Whether what waits for an endpoint that is down costs memory, or the others anything. */
export const queuedDeliveries: Benchmark = {
  name: 'queued-deliveries',
  summary: 'with 1,000,000 deliveries waiting for an endpoint that is down, against an empty store',
  async measure({ rounds: count, measuredMs }) {
    const share = Math.min(1, measuredMs / 5_000)
    const terms = { triesForMs: triesForMs * share, forMs: measuredMs }
    await using receivers = await startReceivers()
    await using full = await prepareData(receivers, queued * share)
    const rounds = await inRounds(
      count,
      async () => {
        await using empty = await prepareData(receivers, 0)
        return await measureServer(empty.folder, receivers, terms)
      },
      () => measureServer(full.folder, receivers, terms),
    )
    const rate = compare(rounds, ({ perSecond }) => perSecond)
    const memory = compare(rounds, ({ memoryMb }) => memoryMb)
    const grown = median(
      rounds.ours.map((one, at) => one.memoryMb - (rounds.peer[at]?.memoryMb ?? 0)),
    )
    return [
      {
        what: 'delivered to another endpoint',
        unit: 'per s',
        ...versus('an empty store', rate),
        target: atLeast(rate.ratio, 0.85),
      },
      {
        what: 'memory of a server',
        unit: 'MB',
        ...versus('an empty store', memory),
        target: null,
      },
      {
        what: 'memory above that on an empty store',
        unit: 'MB',
        ...alone(grown),
        target: below(grown, 100, ' MB'),
      },
    ]
  },
}

interface Data extends AsyncDisposable {
  readonly folder: string
}

/** A data folder with an endpoint that is down, so much that waits for it, and a sound one. */
async function prepareData(receivers: Receivers, waiting: number): Promise<Data> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-bench-'))
  parts.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const down = await createBoth(folder, receivers)
  await using store = await openSqliteStore({ folder })
  for (let left = waiting; left > 0; left -= page) {
    const messages = Array.from({ length: Math.min(page, left) }, () => messageFor(down))
    await store.fanOut.write({ move: null, createdAt: Date.now(), messages })
  }
  const owned = parts.move()
  return { folder, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** By a server of their own, as it is the server that seals their secrets. */
async function createBoth(folder: string, { port }: Receivers): Promise<EndpointId> {
  await using source = await startBuzzerSource({ data: folder })
  const [down] = await createWebhooks(source, [
    // Nobody listens there. It is not given up however long this takes.
    { url: 'http://127.0.0.1:1/', channels: ['live.*'], policy: { disableAfter: never } },
    { url: `http://127.0.0.1:${port}/events`, channels: ['quotes.*'] },
  ])
  if (down === undefined) throw new Error('No webhook was created.')
  return down
}

const never = { failures: 1_000_000, failingFor: '365d' } as const
const ids = createIdSource(Date.now, randomBytes)
let made = 0

function messageFor(endpoint: EndpointId): NewMessage {
  const now = Date.now()
  made += 1
  return {
    tenant: 'default',
    channel: 'live.ACME',
    offset: made,
    eventId: `e-${made}`,
    type: 'quote',
    at: now,
    job: null,
    holdsJob: false,
    body: peerEvent(made),
    callback: null,
    deliveries: [
      {
        id: ids.next('dlv'),
        target: { kind: 'endpoint', id: endpoint },
        lane: liveLane(endpoint),
        rank: now,
        dueAt: now,
        leaseUntil: null,
      },
    ],
  }
}

async function measureServer(
  folder: string,
  receivers: Receivers,
  terms: { readonly triesForMs: number; readonly forMs: number },
) {
  await using buzzer = await startBuzzerSource({ data: folder })
  await sleep(terms.triesForMs)
  const memoryMb = await buzzer.memoryMb()
  const { delivered } = await receivers.read()
  const { source, untilArrived } = counted(buzzer, receivers, delivered)
  const { perSecond } = await saturate(source, receivers, { ...pumping, forMs: terms.forMs })
  await untilArrived()
  return { memoryMb, perSecond }
}
