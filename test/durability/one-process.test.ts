import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { NotStarted } from '../support/server.ts'
import { start } from './start.ts'

test('a second process refuses to start on the same data, until the first is dead', async () => {
  await using folder = await temporaryFolder('one-process')
  const data = join(folder.path, 'data')
  await using first = await start(data)
  const before = await submit(first.url, 'echo', { told: 'before' })

  const refusal: unknown = await start(data).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(NotStarted)
  const { exit, stderr } = refusal as NotStarted
  expect(exit).toEqual({ code: 1, signal: null })
  expect(stderr).toContain(`Another Buzzer runs on the data in ${data}.`)
  expect(stderr).toContain('--data')

  // The first goes on as if nothing had been.
  expect(await call(first.url, '/readyz')).toMatchObject({ status: 200 })
  const after = await submit(first.url, 'echo', { told: 'after' })
  expect(await ended(first.url, before.id)).toMatchObject({ state: 'succeeded' })

  first.kill('SIGKILL')
  await first.exited
  await using second = await start(data)
  expect(await ended(second.url, before.id)).toMatchObject({ state: 'succeeded' })
  expect(await ended(second.url, after.id)).toMatchObject({ state: 'succeeded' })
})
