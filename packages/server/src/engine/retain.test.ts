import { expect, it } from 'vitest'
import { heldRuns, operation } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const minuteMs = 60_000
const retention = {
  jobsMs: 10 * minuteMs,
  tombstonesMs: 20 * minuteMs,
  eventsMs: 10 * minuteMs,
  deliveriesMs: 10 * minuteMs,
}

it('removes ended jobs when their time is over, then their tombstones, and nothing that lives', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run, timeoutMs: 120 * minuteMs })
  const node = await simulation.start({ operations: [render], retention })
  const ended = await submit(node, render)
  const living = await submit(node, render)
  runs.end(0)
  await promisesDone()
  const view = await node.engine.view(await simulation.job(ended.id))
  expect(view.expiresAt).toBe(clock.now() + retention.jobsMs)
  await clock.advance(retention.jobsMs - 1)
  expect(await node.engine.find(asker, ended.id)).toMatchObject({ kind: 'found' })
  await clock.advance(minuteMs + 1)
  const expired = { problem: { code: 'job-expired' } }
  expect(await node.engine.find(asker, ended.id)).toMatchObject(expired)
  expect(await node.engine.cancel(asker, ended.id)).toMatchObject(expired)
  await clock.advance(retention.tombstonesMs + minuteMs)
  const unknown = { problem: { code: 'job-not-found' } }
  expect(await node.engine.find(asker, ended.id)).toMatchObject(unknown)
  expect(await node.engine.find(asker, living.id)).toMatchObject({ job: { state: 'running' } })
  expect(await simulation.store.upkeep.audit()).toEqual([])
})

it('takes page after page until nothing is left', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const render = operation()
  const node = await simulation.start({ operations: [render], retention, slots: 2_000 })
  const jobs = await Promise.all(Array.from({ length: 1_100 }, () => submit(node, render)))
  await clock.advance(retention.jobsMs + minuteMs)
  const kinds = await Promise.all(jobs.map(({ id }) => simulation.store.jobs.read(id)))
  expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['expired']))
})
