import { setTimeout as sleep } from 'node:timers/promises'
import type { NewWebhook } from '@buzzer/contract'
import { startBuzzerSource } from './fan-out/buzzer-source.ts'
import { observe } from './fan-out/measure.ts'
import { compare, inRounds, versus, type Benchmark, type Finding, type Pace } from './finding.ts'
import { createWebhooks } from './webhooks/create-webhooks.ts'
import { hangingPath } from './webhooks/hanging-path.ts'
import { startReceivers, type Receivers } from './webhooks/start-receivers.ts'

const count = 1_000
const hanging = 100
/** An event goes to all of them, so that it is as many deliveries. */
const everyMs = 2_000
/** The first attempts have to have timed out, after 15 s; else they are not yet what they become. */
const warmUps = 10
const measures = 4

/** Whether endpoints that never answer delay those that do. */
export const hangingEndpoints: Benchmark = {
  name: 'hanging-endpoints',
  summary: `each event to 1,000 endpoints of which ${hanging} never answer, against all of them sound`,
  async measure(pace) {
    await using receivers = await startReceivers()
    const { port, otherPort } = receivers
    const sound = (index: number): string => `http://127.0.0.1:${port}/${index}`
    const measure = (urlOf: (index: number) => string) => () => measureP99(receivers, urlOf, pace)
    const hangsAt = (at: number) => (index: number) =>
      index % (count / hanging) === 0
        ? `http://127.0.0.1:${at}${hangingPath}/${index}`
        : sound(index)
    const together = await inRounds(pace.rounds, measure(sound), measure(hangsAt(port)))
    const apart = await inRounds(pace.rounds, measure(sound), measure(hangsAt(otherPort)))
    return [
      finding(
        'the hanging ones behind the same port',
        compare(together, (p99Ms) => p99Ms),
      ),
      finding(
        'the hanging ones behind another port',
        compare(apart, (p99Ms) => p99Ms),
      ),
    ]
  },
}

const finding = (what: string, p99: ReturnType<typeof compare>): Finding => ({
  what: `from event to arrival at the sound ones, ${what}: p99`,
  unit: 'ms',
  ...versus('all are sound', p99),
  target: { text: '<= 1.5', reached: p99.ratio <= 1.5 },
})

async function measureP99(
  receivers: Receivers,
  urlOf: (index: number) => string,
  { warmUpMs, measuredMs }: Pace,
): Promise<number> {
  await using source = await startBuzzerSource()
  await createWebhooks(
    source,
    Array.from({ length: count }, (_, index) => wishFor(urlOf(index))),
  )
  const publishing = new AbortController()
  const published = publish(() => source.send(1), publishing.signal)
  await sleep(warmUpMs * warmUps)
  await receivers.read()
  const { p99Ms } = await observe(receivers, measuredMs * measures)
  publishing.abort()
  await published
  return p99Ms
}

const wishFor = (url: string): NewWebhook => ({ url, channels: ['quotes.*'] })

async function publish(send: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await send()
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
