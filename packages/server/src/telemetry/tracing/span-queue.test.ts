import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { createSpanQueue, type SpanQueueOptions } from './span-queue.ts'

const spanOf = (id: number, sampled = true) =>
  ({
    name: String(id),
    spanContext: () => ({ traceId: '', spanId: '', traceFlags: sampled ? 1 : 0 }),
  }) as ReadableSpan

function open(wish: Partial<SpanQueueOptions> = {}) {
  const timers: { readonly delayMs: number; readonly callback: () => void }[] = []
  const sent: string[][] = []
  let lost = 0
  const queue = createSpanQueue({
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after(delayMs, callback) {
        const timer = { delayMs, callback }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
      },
    },
    maxSpans: 5,
    batch: 2,
    delayMs: 1_000,
    send: async (spans) => {
      sent.push(spans.map(({ name }) => name))
      return true
    },
    lost: (count) => {
      lost += count
    },
    ...wish,
  })
  const end = (...ids: number[]) => {
    for (const id of ids) queue.processor.onEnd(spanOf(id))
  }
  return { queue, timers, sent, end, lost: () => lost }
}

describe('a queue of spans', () => {
  it('sends a full batch at once, and the rest when its time has come', async () => {
    const { end, sent, timers, queue } = open()
    end(1)
    expect(sent).toEqual([])
    expect(timers).toMatchObject([{ delayMs: 1_000 }])
    end(2, 3)
    expect(sent).toEqual([['1', '2']])
    await expect.poll(() => timers.length).toBe(1)
    timers[0]?.callback()
    expect(sent).toEqual([['1', '2'], ['3']])
    await queue.flush()
    expect(sent).toHaveLength(2)
  })

  it('holds no more than it may, and counts what is lost', async () => {
    const gate = Promise.withResolvers<boolean>()
    const { end, lost, sent, queue } = open({
      send: (spans) => {
        sent.push(spans.map(({ name }) => name))
        return gate.promise
      },
    })
    end(1, 2, 3, 4, 5, 6, 7, 8, 9)
    // Two are on their way, five wait.
    expect(sent).toEqual([['1', '2']])
    expect(lost()).toBe(2)
    gate.resolve(true)
    await queue.flush()
    expect(sent.flat()).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(lost()).toBe(2)
  })

  it('gives up what a collector does not take, and at the end all that is left', async () => {
    const { end, lost, queue, sent } = open({
      send: async (spans) => {
        sent.push(spans.map(({ name }) => name))
        return false
      },
    })
    end(1, 2, 3, 4, 5)
    await queue.flush()
    expect(sent).toEqual([['1', '2']])
    expect(lost()).toBe(2)
    await queue.processor.shutdown()
    expect(lost()).toBe(5)
    end(6)
    expect(lost()).toBe(5)
  })

  it('passes over what is not sampled', async () => {
    const { queue, sent } = open({ batch: 1 })
    queue.processor.onEnd(spanOf(1, false))
    await queue.flush()
    expect(sent).toEqual([])
  })
})
