import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import type { Callback } from '../../core/callback.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import {
  accept,
  claim,
  expectSound,
  freshId,
  minuteMs,
  sampleInput,
  sampleJob,
  serve,
  succeed,
} from '../conformance/sample.ts'
import { openDatabase } from './database.ts'
import { openSqliteStore } from './open.ts'

/** Overwrites a column with what nobody can read. */
function damage(folder: string, id: string): void {
  using db = openDatabase(join(folder, 'buzzer.db'))
  db.prepare('UPDATE jobs SET more = ? WHERE id = ?').run('{"tags":', id)
}

it('puts a row that cannot be read apart, once, and goes on with the others', async () => {
  await using folder = await temporaryFolder('damage')
  const error = vi.fn()
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error }
  await using store = await openSqliteStore({ folder: folder.path, log })
  const [bad, next] = [sampleJob({ key: 'k' }), sampleJob({ key: 'k' })]
  const other = sampleJob({ priority: 9 })
  for (const job of [bad, next, other]) await accept(store, job)
  damage(folder.path, bad.id)

  await expect(store.jobs.read(bad.id)).rejects.toBeInstanceOf(StoreUnavailable)
  await serve(store, 'render')
  const claimed = [...(await claim(store)), ...(await claim(store))]
  expect(claimed.map(({ id }) => id)).toEqual([other.id, next.id])
  expect(error).toHaveBeenCalledTimes(1)
  await expect(store.jobs.read(bad.id)).rejects.toBeInstanceOf(StoreUnavailable)
  expect(await store.jobs.read(freshId())).toEqual({ kind: 'unknown' })
  await expectSound(store)
})

it('keeps what hangs on a row that was put apart when the jobs around it are removed', async () => {
  await using folder = await temporaryFolder('damage-kept')
  await using store = await openSqliteStore({ folder: folder.path })
  await serve(store, 'render')
  const callback: Callback = { url: 'https://caller.test/', events: 'final', sealedSecret: null }
  const [first, bad, last] = [sampleJob(), sampleJob(), sampleJob()]
  for (const job of [first, bad, last]) {
    await accept(store, job, { input: sampleInput(), callback })
  }
  damage(folder.path, bad.id)
  for (const job of await claim(store)) await succeed(store, job)

  const keep = { tombstonesMs: minuteMs, eventsMs: minuteMs, deliveriesMs: minuteMs }
  const retained = await store.upkeep.retain({ ...keep, jobsMs: -minuteMs }, 100)

  expect(retained).toMatchObject({ jobs: 2 })
  using db = openDatabase(join(folder.path, 'buzzer.db'))
  expect(db.prepare('SELECT job FROM inputs').rows()).toEqual([[bad.id]])
  expect(db.prepare('SELECT 1 FROM callbacks WHERE id = ?').row(bad.id)).toEqual([1])
  await expectSound(store)
})
