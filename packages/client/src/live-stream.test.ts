import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { sleep, systemClock } from './clock.ts'
import { liveStream } from './live-stream.ts'

async function* forever(signal: AbortSignal): AsyncGenerator<number, void> {
  yield 1
  await sleep(systemClock, 2 ** 40, signal)
}

describe('a live stream', () => {
  it('closes while a read waits, and the read ends in order', async () => {
    const stream = liveStream(forever)
    await expect(stream.next()).resolves.toEqual({ done: false, value: 1 })
    const waiting = stream.next()
    await stream.return()
    await expect(waiting).resolves.toEqual({ done: true, value: undefined })
  })

  it('closes at the end of its block', async () => {
    let waiting: Promise<IteratorResult<number, void>>
    {
      await using stream = liveStream(forever)
      await stream.next()
      waiting = stream.next()
    }
    await expect(waiting).resolves.toMatchObject({ done: true })
  })

  it('rejects with the reason of the caller, and leaves no listener behind', async () => {
    const caller = new AbortController()
    const stream = liveStream(forever, caller.signal)
    await stream.next()
    const waiting = stream.next()
    caller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  })
})
