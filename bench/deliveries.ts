import { setTimeout as sleep } from 'node:timers/promises'
import { forkPeer } from './child.ts'
import { startBuzzerSource } from './fan-out/buzzer-source.ts'
import { atRate, observe, saturate, type Delivery } from './fan-out/measure.ts'
import {
  alone,
  atLeast,
  compare,
  inRounds,
  median,
  versus,
  type Benchmark,
  type Pace,
} from './finding.ts'
import type { BareSenderPlan } from './peers/bare-sender.ts'
import { counted } from './webhooks/counted.ts'
import { createWebhooks } from './webhooks/create-webhooks.ts'
import type { Arrival } from './webhooks/receivers.ts'
import { startReceivers, type Receivers } from './webhooks/start-receivers.ts'

const connections = 64
const path = '/events'
/** Events under way: more than are sent at a time by far, and fewer than a channel lets wait. */
const pumping = { window: 6_000, batch: 1_000 }

/** Published, on disk, fanned out, signed, sent, answered, recorded: all of a delivery's life. */
export const deliveries: Benchmark = {
  name: 'deliveries',
  summary: `signed events to one webhook, ${connections} at a time, durable, against a bare undici pool`,
  async measure(pace) {
    await using receivers = await startReceivers()
    const arrival = await captureOne(receivers)
    const rounds = await inRounds(
      pace.rounds,
      () => measurePeer(receivers, arrival, pace),
      () => measureOurs(receivers, pace),
    )
    const rate = compare(rounds, ({ perSecond }) => perSecond)
    const halfP99Ms = median(rounds.ours.flatMap((one) => one.halfP99Ms ?? []))
    return [
      {
        what: 'delivered',
        unit: 'per s',
        ...versus('a bare undici pool', rate),
        target: atLeast(rate.ratio, 0.7),
      },
      {
        what: 'from event to arrival at half of that: p99',
        unit: 'ms',
        ...alone(halfP99Ms),
        target: null,
      },
    ]
  },
}

interface Sent extends Pick<Delivery, 'perSecond'> {
  readonly halfP99Ms?: number
}

async function startOurs(receivers: Receivers) {
  await using parts = new AsyncDisposableStack()
  const buzzer = parts.use(await startBuzzerSource())
  const url = `http://127.0.0.1:${receivers.port}${path}`
  await createWebhooks(buzzer, [
    { url, channels: ['quotes.*'], policy: { concurrency: connections } },
  ])
  const owned = parts.move()
  return { buzzer, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function captureOne(receivers: Receivers): Promise<Arrival> {
  await using ours = await startOurs(receivers)
  const arrival = receivers.nextArrival()
  await ours.buzzer.send(1)
  return await arrival
}

async function measureOurs(receivers: Receivers, { measuredMs }: Pace): Promise<Sent> {
  await using ours = await startOurs(receivers)
  const { delivered } = await receivers.read()
  const { source, untilArrived } = counted(ours.buzzer, receivers, delivered)
  const { perSecond } = await saturate(source, receivers, { ...pumping, forMs: measuredMs })
  await untilArrived()
  const half = await atRate(source, receivers, { perSecond: perSecond / 2, forMs: measuredMs })
  await untilArrived()
  return { perSecond, halfP99Ms: half.p99Ms }
}

async function measurePeer(
  receivers: Receivers,
  arrival: Arrival,
  { warmUpMs, measuredMs }: Pace,
): Promise<Sent> {
  const plan: BareSenderPlan = { ...arrival, port: receivers.port, path, connections }
  await using parts = new AsyncDisposableStack()
  parts.use(await forkPeer('peers/bare-sender.ts', {}, plan))
  await sleep(warmUpMs)
  const { perSecond } = await observe(receivers, measuredMs)
  return { perSecond }
}
