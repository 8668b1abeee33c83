import { expect, it } from 'vitest'
import type { JobEvent } from '../job-event.ts'
import type { JobHandle } from '../job-handle.ts'
import { liveStream, withCursor } from '../live-stream.ts'
import type { Protocol } from '../protocols.ts'
import { turn, useChannelWorld } from '../testing/channel-world.ts'
import { channelStore } from './channel-view.ts'
import { jobStore } from './job-view.ts'

const world = useChannelWorld()
const look = (): void => {}

it.each<Protocol>(['ws', 'sse', 'poll'])(
  'misses nothing on a channel while nobody looks, over %s and before the first event too',
  async (protocol) => {
    const store = channelStore(world.connect().channel('news'), { protocols: [protocol] }, 10)
    const lookAway = store.subscribe(look)
    while (store.get().status !== 'open') await turn()
    lookAway()
    world.publish(2)
    const lookAwayAgain = store.subscribe(look)
    while (store.get().events.length < 2) await turn()
    expect(store.get().events.map(({ sequence }) => sequence)).toEqual([1, 2])
    lookAwayAgain()
    while (world.server.open > 0) await turn()
  },
)

it('forgets the fault of an earlier look', async () => {
  world.server.isDown = true
  const client = world.connect({ retry: { reconnects: 0 } })
  const store = channelStore(client.channel('news'), { since: 0 }, 10)
  const lookAway = store.subscribe(look)
  while (store.get().status !== 'failed') await turn()
  lookAway()
  world.server.isDown = false
  const lookAwayAgain = store.subscribe(look)
  while (store.get().status !== 'open') await turn()
  expect(store.get().error).toBeNull()
  lookAwayAgain()
  while (world.server.open > 0) await turn()
})

it('reads a piece of output again that came while nobody looked any more', async () => {
  const job = { id: 'job_1', state: 'running', version: 2, run: 1, attempt: 1, progress: null }
  let lookAway = (): void => {}
  const cursors: unknown[] = []
  /** Looks away at the moment when the second piece has been read, and nobody has it yet. */
  const events: JobHandle['events'] = ({ since = 0, signal } = {}) => {
    cursors.push(since)
    let cursor = since
    const pieces = async function* pieces(): AsyncGenerator<JobEvent, void> {
      for (cursor = since + 1; cursor <= 2; cursor += 1) {
        if (cursor === 2) lookAway()
        yield { type: 'job.output', sequence: cursor, piece: cursor, job } as never
      }
    }
    return withCursor(liveStream(pieces, signal), () => cursor)
  }
  const store = jobStore({ id: 'job_1', job: null, events } as unknown as JobHandle)
  lookAway = store.subscribe(look)
  while (store.get().output.length < 1) await turn()
  await turn()
  lookAway = store.subscribe(look)
  lookAway = look
  for (let at = 0; at < 5; at += 1) await turn()
  expect(store.get().output).toEqual([1, 2])
  expect(cursors).toEqual([0, 1])
})
