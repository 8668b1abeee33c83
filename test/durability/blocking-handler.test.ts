import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'

test('a handler that blocks the event loop for three leases keeps its lease, and is named', async () => {
  await using folder = await temporaryFolder('blocking')
  const runs = join(folder.path, 'runs')
  await using server = await start(join(folder.path, 'data'), { env: { RUNS: runs } })

  const { id } = await submit(server.url, 'blocking', { ms: 3_000 })

  expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 1, attempt: 1 })
  const result = await call(server.url, `/v1/jobs/${id}/result`)
  expect(result.json()).toEqual({ attempt: 1 })
  expect(await readFile(runs, 'utf8')).toBe(`${id} blocking 1\n`)
  const metrics = await call(server.url, '/metrics')
  expect(metrics.text).toContain('# TYPE buzzer_leases_lost counter')
  expect(metrics.text).not.toMatch(/^buzzer_(?:leases_lost|late_outcomes)_total\{/m)

  await server.stop()
  const warnings = server
    .stderr()
    .split('\n')
    .filter((line) => line.includes('event loop was blocked'))
  expect(warnings).toHaveLength(1)
  expect(JSON.parse(warnings[0] ?? '')).toMatchObject({
    level: 'warn',
    operations: ['blocking'],
    msg: expect.stringContaining('thread: true'),
  })
})
