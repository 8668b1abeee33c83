import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isOutcome } from '../core/job.ts'
import { runOf, runStorm, slots, type Storm } from './testing/storm.ts'

/** What may be logged as an error while the store fails now and then. */
const expectedErrors = new Set([
  'claiming failed',
  'a worker could not write',
  'a background turn failed; it is tried again',
  'the schedules could not be looked at; it is tried again',
])

async function expectAllWell({ simulation, witness, nodes, answered, said, mostAtOnce }: Storm) {
  const jobs = await Promise.all([...witness.accepted].map(simulation.job))
  expect(witness.broken).toEqual([])
  expect(jobs.filter((job) => !isOutcome(job))).toEqual([])
  expect(answered.filter((id) => !witness.accepted.has(id))).toEqual([])
  expect(mostAtOnce).toBeLessThanOrEqual(slots)
  for (const job of jobs) {
    const { state, version } = witness.outcomes.get(runOf(job)) ?? {}
    expect([job.id, job.state, job.version]).toEqual([job.id, state, version])
    if (job.state !== 'succeeded') continue
    expect(await simulation.store.payloads.result(job.id)).not.toBeNull()
    const pieces = await simulation.store.payloads.pieces(job.id, 0, 1_000)
    const kept = pieces.map(({ json }) => JSON.parse(json) as unknown)
    expect(kept).toEqual(said.get(`${job.id} ${job.fence}`))
  }
  expect(await simulation.store.upkeep.audit()).toEqual([])
  const errors = nodes.flatMap(({ log }) => log.messages('error'))
  expect(errors.filter((message) => !expectedErrors.has(message))).toEqual([])
}

it('keeps what it promises in every storm', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
    await using storm = await runStorm(seed)
    await expectAllWell(storm)
  })
  await fc.assert(property, { numRuns: 200 })
})

it('does the same again under the same seed', async () => {
  const lives = []
  for (let time = 0; time < 2; time += 1) {
    await using storm = await runStorm(4_711)
    lives.push([...storm.witness.outcomes])
  }
  expect(lives[0]).toEqual(lives[1])
})

it('writes one event for each outcome of a run', async () => {
  const property = fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'buzzer-storm-'))
    try {
      const storm = await runStorm(seed, folder)
      const expected = [...storm.witness.outcomes].map(([run, { state }]) => `${run} ${state}`)
      await storm[Symbol.asyncDispose]()
      expect(readEvents(folder).toSorted()).toEqual(expected.toSorted())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  await fc.assert(property, { numRuns: 5 })
})

/** The events of all channels, as there is no port yet that reads them. */
function readEvents(folder: string): string[] {
  const file = join(folder, 'buzzer.db')
  using database = new DatabaseSync(file, { readOnly: true })
  const stages = ['succeeded', 'failed', 'cancelled']
  return database
    .prepare('SELECT job, run, type FROM events')
    .all()
    .map(({ job, run, type }) => [job, 'run', run, stages[Number(type) - 7]].join(' '))
}
