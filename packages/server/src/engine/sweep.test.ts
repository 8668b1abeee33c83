import { expect, it } from 'vitest'
import { isBlob } from '../core/payload.ts'
import { graceMs } from './sweep.ts'
import { operation } from './testing/operations.ts'
import { createSimulation, submit } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const minuteMs = 60_000
const retention = {
  jobsMs: minuteMs,
  tombstonesMs: 90 * minuteMs,
  eventsMs: 90 * minuteMs,
  deliveriesMs: 90 * minuteMs,
}

const large = {
  kind: 'done',
  result: {
    status: 200,
    mediaType: 'text/plain',
    headers: [],
    body: new Uint8Array(100_000),
  },
} as const

it('removes a blob a while after its job, and what no job ever named', async () => {
  await using simulation = await createSimulation()
  const { clock, store } = simulation
  const render = operation({ run: () => Promise.resolve(large) })
  const node = await simulation.start({ operations: [render], retention })
  const { id } = await submit(node, render)
  await promisesDone()
  const result = await store.payloads.result(id)
  if (result === null || !isBlob(result.body)) throw new Error('The result is no blob.')
  const named = result.body.id
  const orphan = await store.blobs.write(pieces(), { maxBytes: 9 })
  await clock.advance(3 * minuteMs)
  expect((await store.jobs.read(id)).kind).toBe('expired')
  expect(await store.blobs.has(named)).toBe(true)
  await clock.advance(graceMs)
  expect(await store.blobs.has(named)).toBe(false)
  expect(await store.mentions.known([named])).toEqual([])
  expect(await store.blobs.has(orphan.id)).toBe(true)
  await clock.advance(130 * minuteMs)
  expect(await store.blobs.has(orphan.id)).toBe(false)
})

async function* pieces(): AsyncGenerator<Uint8Array, void> {
  yield new Uint8Array(3)
}
