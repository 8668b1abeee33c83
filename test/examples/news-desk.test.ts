import { createClient } from '@buzzer/client'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { runExample } from './support/run-example.ts'

const config = new URL('../../examples/news-desk/buzzer.config.ts', import.meta.url)

/** What the store has of each source when the example has ended. */
async function jobsBySource(data: string) {
  await using server = await startServer({ config, data })
  const { jobs } = await createClient({ url: server.url }).jobs.list()
  return new Map(jobs.map((job) => [job.tags[0]?.replace('source-', ''), job]))
}

test('three sources in one batch make one digest, the flaky one after retries', async () => {
  await using data = await temporaryFolder('news-desk')
  const { code, output } = await runExample('news-desk', ['--data', data.path])
  expect({ code, output }).toMatchObject({ code: 0 })
  // The quick one is told first, though all were asked together.
  expect(output).toMatch(/asked wire, radio, gazette\n {2}wire +succeeded/)
  for (const source of ['radio', 'gazette']) expect(output).toMatch(`${source.padEnd(8)} succeeded`)
  const [, digest] = output.split('The digest\n')
  expect(digest).toBe(`\
  wire
    - Ferries run to winter timetable
    - Crane at north quay repaired
  radio
    - Fog expected until Thursday
  gazette, at attempt 3
    - Harbour full for the first time in ten years
    - Timber prices rise

3 of 3 answered; the batch has succeeded
`)

  const jobs = await jobsBySource(data.path)
  expect(new Set(jobs.keys())).toEqual(new Set(['wire', 'radio', 'gazette']))
  const [, batch] = /^(bat_\w+): asked/m.exec(output) ?? []
  for (const job of jobs.values()) expect(job).toMatchObject({ state: 'succeeded', batch })
  expect([jobs.get('wire')?.attempt, jobs.get('gazette')?.attempt]).toEqual([1, 3])
})

test('a source that is down is named, and the others are in the digest', async () => {
  await using data = await temporaryFolder('news-desk')
  const down = { SOURCES_DOWN: 'wire' }
  const { code, output } = await runExample('news-desk', ['--data', data.path], down)
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toContain('  wire: no news after 4 attempts (wire answered 503)\n')
  expect(output).toContain('    - Fog expected until Thursday\n')
  expect(output).toContain('    - Timber prices rise\n')
  expect(output).toContain('2 of 3 answered; the batch has failed\n')

  const jobs = await jobsBySource(data.path)
  expect(jobs.get('wire')).toMatchObject({ state: 'failed', attempt: 4 })
  expect(jobs.get('radio')).toMatchObject({ state: 'succeeded', attempt: 1 })
})
