import { setTimeout as sleep } from 'node:timers/promises'
import { forkPeer, type ForkedChild } from '../child.ts'
import type { Reading, ReadersPlan } from './readers.ts'
import type { Source } from './source.ts'

/** Readers that follow a source, from the moment at which all of them are there. */
export interface Audience extends AsyncDisposable {
  read(): Promise<Reading>
}

export async function gather(plan: ReadersPlan): Promise<Audience> {
  return audienceOf(await forkPeer('fan-out/readers.ts', {}, plan))
}

/** Whoever takes what is sent, in a process of its own that answers each message with a reading. */
export function audienceOf(child: ForkedChild): Audience {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    // One after the other, as a child's answers do not say what they answer.
    read() {
      const reading = turn.then(() => child.ask({}) as Promise<Reading>)
      turn = reading.catch(() => {})
      return reading
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

export interface Delivery {
  readonly perSecond: number
  /** From an event's making to its arrival. */
  readonly p99Ms: number
}

const lookMs = 20
const warmUpMs = 2_000

/**
 * As fast as it goes: so many events are always under way, and new ones are sent when the slowest
 * reader has taken older ones.
 */
export async function saturate(
  source: Source,
  audience: Audience,
  { window, batch, forMs }: { window: number; batch: number; forMs: number },
): Promise<Delivery> {
  let sent = 0
  let slowest = 0
  let isOver = false
  const first = (await audience.read()).slowest
  const pump = async (): Promise<void> => {
    while (!isOver) {
      if (sent + first - slowest >= window + first) await sleep(1)
      else {
        sent += batch
        await source.send(batch)
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (!isOver) {
      slowest = Math.max(0, (await audience.read()).slowest - first)
      await sleep(5)
    }
  }
  const pumps = [pump(), pump(), watch()]
  await sleep(warmUpMs)
  const delivery = await observe(audience, forMs)
  isOver = true
  await Promise.all(pumps)
  return delivery
}

/** At a rate that stays the same. */
export async function atRate(
  source: Source,
  audience: Audience,
  { perSecond, forMs }: { perSecond: number; forMs: number },
): Promise<Delivery> {
  const began = performance.now()
  let sent = 0
  let isOver = false
  const pump = async (): Promise<void> => {
    while (!isOver) {
      const due = Math.floor(((performance.now() - began) / 1_000) * perSecond) - sent
      if (due > 0) {
        sent += due
        await source.send(due)
      } else await sleep(1)
    }
  }
  const pumping = pump()
  await sleep(warmUpMs)
  const delivery = await observe(audience, forMs)
  isOver = true
  await pumping
  return delivery
}

/** What arrives in a span of time. */
export async function observe(audience: Audience, forMs: number): Promise<Delivery> {
  const start = await audience.read()
  const began = performance.now()
  const latencies: number[] = []
  while (performance.now() - began < forMs) {
    await sleep(lookMs)
    latencies.push(...(await audience.read()).latenciesMs)
  }
  const end = await audience.read()
  const seconds = (performance.now() - began) / 1_000
  const sorted = Float64Array.from(latencies).toSorted()
  return {
    perSecond: (end.delivered - start.delivered) / seconds,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  }
}

/** How long one message takes to the last of the readers, in milliseconds: the median of some. */
export async function lone(source: Source, audience: Audience, times: number): Promise<number> {
  const slowest: number[] = []
  for (let time = 0; time < times; time += 1) {
    await audience.read()
    await source.send(1)
    await sleep(1_000)
    slowest.push(Math.max(...(await audience.read()).latenciesMs))
  }
  return slowest.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN
}
