import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import {
  accept,
  claim,
  depthOf,
  jobOf,
  sampleInput,
  sampleJob,
  serve,
} from '../conformance/sample.ts'
import { inFlightAtMost } from './caller.ts'
import { openDatabase } from './database.ts'
import { openSqliteStore } from './open.ts'

it('keeps what it stores from other users of the machine', async () => {
  await using folder = await temporaryFolder('modes')
  const data = join(folder.path, 'data')
  await using store = await openSqliteStore({ folder: data })
  await accept(store, sampleJob())
  const mode = (path: string): number => statSync(path).mode % 0o1000
  expect(mode(data)).toBe(0o700)
  const files = ['buzzer.db', 'buzzer.db-wal', 'buzzer.db-shm', 'lock.db']
  expect(files.map((name) => mode(join(data, name)))).toEqual(files.map(() => 0o600))
})

it('refuses data of a newer version and says what to do', async () => {
  await using folder = await temporaryFolder('newer')
  const store = await openSqliteStore({ folder: folder.path })
  await store[Symbol.asyncDispose]()
  using db = openDatabase(join(folder.path, 'buzzer.db'))
  db.exec('PRAGMA user_version = 999')
  await expect(openSqliteStore({ folder: folder.path })).rejects.toThrow(/schema 999.*newer/)
})

it('finishes what was called before a close, refuses what comes after, and closes once', async () => {
  await using folder = await temporaryFolder('close')
  const store = await openSqliteStore({ folder: folder.path })
  const accepting = Array.from({ length: 200 }, () => accept(store, sampleJob()))
  const closing = store[Symbol.asyncDispose]()
  const tooLate = accept(store, sampleJob())
  await expect(tooLate).rejects.toBeInstanceOf(StoreUnavailable)
  await Promise.all([closing, store[Symbol.asyncDispose]()])
  const jobs = await Promise.all(accepting)
  await using again = await openSqliteStore({ folder: folder.path })
  expect(await depthOf(again)).toMatchObject({ ready: jobs.length })
  const known = new Set(jobs.map((acceptance) => jobOf(acceptance).id))
  await serve(again, 'render')
  expect((await claim(again, 1_000)).every(({ id }) => known.has(id))).toBe(true)
})

it('refuses more than it can hold in memory, and nothing of what it took', async () => {
  await using folder = await temporaryFolder('flood')
  await using store = await openSqliteStore({ folder: folder.path })
  const input = sampleInput('x'.repeat(1_048_576))
  const floods = Array.from({ length: 80 }, () => accept(store, sampleJob(), { input }))
  const settled = await Promise.allSettled(floods)
  const refused = settled.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBe(80 - inFlightAtMost.bytes / 1_048_576)
  expect(await depthOf(store)).toMatchObject({ ready: 80 - refused.length })
})
