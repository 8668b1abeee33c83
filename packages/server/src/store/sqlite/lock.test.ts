import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { StoreLocked } from '../../ports/store.ts'
import { accept, read, sampleJob } from '../conformance/sample.ts'
import { openSqliteStore } from './open.ts'
import { startChild } from './testing/children.ts'

it('refuses a second process, names the folder, and leaves no lock behind a kill', async () => {
  await using folder = await temporaryFolder('lock')
  const first = startChild('answer', folder.path)
  expect(await first.line()).toBe('open')
  const second = startChild('answer', folder.path)
  const refusal = await second.line()
  expect(refusal).toContain('StoreLocked')
  expect(refusal).toContain(folder.path)
  await expect(openSqliteStore({ folder: folder.path })).rejects.toBeInstanceOf(StoreLocked)
  expect(await first.ask('ping')).toBe('fine')
  await first.kill()
  await using store = await openSqliteStore({ folder: folder.path })
  await store.upkeep.ping()
  await second.kill()
})

it('refuses a second store of the same process, and takes the folder again after a close', async () => {
  await using folder = await temporaryFolder('lock')
  const first = await openSqliteStore({ folder: folder.path })
  const job = sampleJob()
  await accept(first, job)
  await expect(openSqliteStore({ folder: folder.path })).rejects.toBeInstanceOf(StoreLocked)
  expect(await read(first, job.id)).toEqual(job)
  await first[Symbol.asyncDispose]()
  await using second = await openSqliteStore({ folder: folder.path })
  expect(await read(second, job.id)).toEqual(job)
})
