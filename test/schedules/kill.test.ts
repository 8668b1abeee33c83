import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type Server } from '../support/server.ts'

interface Run {
  readonly operation: string
  readonly time: string
  readonly job: string
  readonly at: number
}

async function readRuns(file: string, operation: string): Promise<readonly Run[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', time = '', job = '', at = '']) => ({
      operation: name,
      time,
      job,
      at: Date.parse(at),
    }))
    .filter((run) => run.operation === operation)
}

/** The times that ran before and after a moment. */
const timesOf = (runs: readonly Run[], isAfter: boolean, moment: number): readonly number[] =>
  [...new Set(runs.map(({ time }) => Date.parse(time)))]
    .filter((time) => time >= moment === isAfter)
    .toSorted((a, b) => a - b)

test('a second runs once or not at all, also where the server is killed among them', async () => {
  await using folder = await temporaryFolder('schedules')
  const runs = join(folder.path, 'runs')
  const start = (): Promise<Server> =>
    startServer({
      config: new URL('./schedules.config.ts', import.meta.url),
      data: join(folder.path, 'data'),
      env: { RUNS: runs },
    })
  const countOf = async (operation: string): Promise<number> =>
    (await readRuns(runs, operation)).length

  const server = await start()
  const runAt = new Date(Date.now() + 6_000)
  const delayed = await submit(server.url, 'later', {}, { 'buzzer-delay': '6s' })
  const planned = await submit(server.url, 'later', {}, { 'buzzer-run-at': runAt.toISOString() })
  await expect.poll(() => countOf('tick')).toBeGreaterThan(2)
  server.kill('SIGKILL')
  await server.exited
  const killedAt = Date.now()
  // Two more seconds pass in which nobody is there.
  await expect.poll(() => Date.now() - killedAt).toBeGreaterThan(2_500)
  await using again = await start()
  const backAt = Date.now()
  const [tickedBefore, skippedBefore] = [await countOf('tick'), await countOf('skipping')]
  await expect.poll(() => countOf('tick')).toBeGreaterThan(tickedBefore + 2)
  await expect.poll(() => countOf('skipping')).toBeGreaterThan(skippedBefore + 2)

  for (const operation of ['tick', 'skipping']) {
    const all = await readRuns(runs, operation)
    // A job that was killed runs again as the same job: a time has one job and no second.
    const jobs = new Map(all.map(({ time, job }) => [job, time]))
    expect([...jobs.values()].toSorted()).toEqual([...new Set(jobs.values())].toSorted())
    for (const { time, at } of all) expect(at).toBeGreaterThanOrEqual(Date.parse(time))
    expect([...jobs.values()].every((time) => time.endsWith('.000Z'))).toBe(true)
    // Of the time in between one is caught up at most, the last.
    const missed = timesOf(all, true, killedAt).filter((time) => time < backAt - 1_000)
    expect(missed.length).toBeLessThanOrEqual(1)
  }
  const list = await call(again.url, '/v1/schedules')
  expect(list.json()).toMatchObject({
    schedules: [
      { operation: 'skipping', cron: '* * * * * *', timeZone: 'UTC', catchUp: 'skip' },
      { operation: 'tick', catchUp: 'once', overlap: 'allow' },
    ],
    next: null,
  })

  // What was put off for a time of its own is there too, and not early.
  await expect.poll(() => countOf('later')).toBe(2)
  const later = await readRuns(runs, 'later')
  expect(later.map(({ job }) => job).toSorted()).toEqual([delayed.id, planned.id].toSorted())
  for (const { at, time } of later) {
    expect(at).toBeGreaterThanOrEqual(runAt.getTime() - 1_000)
    expect(time).toBe('called')
  }
})
