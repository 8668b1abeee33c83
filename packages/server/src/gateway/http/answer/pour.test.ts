import { Writable } from 'node:stream'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stalledMs } from '../connection.ts'
import { pour } from './pour.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Who reads the answer: takes a piece when it is told to. */
function createReader() {
  const waiting: (() => void)[] = []
  const response = new Writable({
    write: (_chunk, _encoding, done) => void waiting.push(() => done()),
  })
  // What is poured into is a stream with an end and a close; nothing else of it is used.
  return { response: response as unknown as ServerResponse, take: () => waiting.shift()?.() }
}

function createSource(pieces: number) {
  const seen = { given: 0, closed: false }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (; seen.given < pieces;) {
        seen.given += 1
        yield new Uint8Array(100_000)
      }
    } finally {
      seen.closed = true
    }
  }
  return { seen, chunks: chunks() }
}

/** Listened to from the start, so that nobody calls it unhandled. */
const failureOf = (poured: Promise<void>): Promise<string> =>
  poured.then(() => 'nothing failed', String)

test('gives a reader as long as it takes something now and then', async () => {
  const { response, take } = createReader()
  const { seen, chunks } = createSource(5)
  const poured = pour(response, chunks)
  for (let piece = 1; piece <= 5; piece += 1) {
    await vi.advanceTimersByTimeAsync(stalledMs - 1)
    // No piece is asked for before the last one was taken.
    expect(seen.given).toBe(piece)
    take()
  }
  await vi.advanceTimersByTimeAsync(0)
  await poured
  expect(vi.getTimerCount()).toBe(0)
})

test('ends with a reader that takes nothing any more, and lets go of what it reads from', async () => {
  const { response, take } = createReader()
  const { seen, chunks } = createSource(5)
  const failure = failureOf(pour(response, chunks))
  await vi.advanceTimersByTimeAsync(1)
  take()
  await vi.advanceTimersByTimeAsync(stalledMs)
  expect(await failure).toMatch('takes nothing')
  expect(seen).toEqual({ given: 2, closed: true })
})

test('ends at once with a reader that goes away', async () => {
  const { response } = createReader()
  const { seen, chunks } = createSource(5)
  const failure = failureOf(pour(response, chunks))
  await vi.advanceTimersByTimeAsync(1)
  response.destroy()
  expect(await failure).toMatch('went away')
  expect(seen).toEqual({ given: 1, closed: true })
  expect(vi.getTimerCount()).toBe(0)
})
