import { startBuzzer } from './buzzer.ts'
import { forkPeer } from './child.ts'
import {
  atLeast,
  compare,
  inSlices,
  versus,
  type Benchmark,
  type Finding,
  type Pace,
  type Slice,
} from './finding.ts'
import { runPipeline } from './load/run.ts'

/** A quote of about 100 bytes, as `publish` has it. */
const event = {
  type: 'quote',
  data: { price: 214.35, size: 1_200, venue: 'XETRA', currency: 'EUR', note: 'opening auction' },
}

interface Variant {
  readonly title: string
  readonly channel: string
  readonly eventsPerMessage: number
  /** Messages under way at a time. */
  readonly window: number
  /** Events per second; null where it is only reported. */
  readonly least: number | null
}

const variants: readonly Variant[] = [
  {
    title: 'ephemeral, one event a message',
    channel: 'live.ACME',
    eventsPerMessage: 1,
    window: 1_000,
    least: null,
  },
  {
    title: 'ephemeral, fifty',
    channel: 'live.ACME',
    eventsPerMessage: 50,
    window: 20,
    least: 100_000,
  },
  {
    title: 'on disk, one event a message',
    channel: 'quotes.ACME',
    eventsPerMessage: 1,
    window: 1_000,
    least: 40_000,
  },
  {
    title: 'on disk, fifty',
    channel: 'quotes.ACME',
    eventsPerMessage: 50,
    window: 20,
    least: null,
  },
]

/** Published on one WebSocket without waiting for answers. */
export const pipelined: Benchmark = {
  name: 'pipelined',
  summary: 'events on one WebSocket, pipelined, against a bare ws that answers and keeps nothing',
  async measure(pace) {
    const findings: Finding[] = []
    for (const variant of variants) findings.push(await measure(variant, pace))
    return findings
  },
}

async function measure(
  { title, channel, eventsPerMessage, window, least }: Variant,
  pace: Pace,
): Promise<Finding> {
  await using bare = await forkPeer('peers/ws-acks.ts')
  await using buzzer = await startBuzzer({ slots: 0 })
  const events = Array.from({ length: eventsPerMessage }, () => event)
  const what = eventsPerMessage === 1 ? { event } : { events }
  const message = JSON.stringify({ type: 'publish', id: '1', channel, ...what })
  const plan = { path: '/v1/ws', protocol: 'buzzer.v1', message, expect: '{"type":"ack"', window }
  const on =
    (port: number) =>
    async (slice: Slice): Promise<number> =>
      (await runPipeline({ ...plan, ...slice, port })).perSecond * eventsPerMessage
  const rounds = await inSlices(pace, on((bare.hello as { port: number }).port), on(buzzer.port))
  const rate = compare(rounds, (perSecond) => perSecond)
  return {
    what: title,
    unit: 'events per s',
    ...versus('bare ws', rate),
    target: least === null ? null : atLeast(rate.ours, least, ' per s'),
  }
}
