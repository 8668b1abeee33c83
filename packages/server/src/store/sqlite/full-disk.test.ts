import { execFileSync } from 'node:child_process'
import type { JobId } from '@buzzer/contract'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import {
  accept,
  claimOne,
  expectSound,
  read,
  sampleInput,
  sampleJob,
  serve,
  succeed,
  tenant,
} from '../conformance/sample.ts'
import { openSqliteStore } from './open.ts'
import { startChild } from './testing/children.ts'

const large = sampleInput(`"${'x'.repeat(40_000)}"`)

it('refuses what does not fit, keeps what it has, and goes on when there is space', async () => {
  await using folder = await temporaryFolder('full')
  await using store = await openSqliteStore({ folder: folder.path, maxBytes: 600_000 })
  await serve(store, 'render')
  const first = sampleJob()
  await accept(store, first, { input: large })
  await succeed(store, await claimOne(store))
  const stored: JobId[] = []
  const fill = async (): Promise<never> => {
    for (;;) {
      const job = sampleJob()
      await accept(store, job, { input: large })
      stored.push(job.id)
    }
  }
  await expect(fill()).rejects.toBeInstanceOf(StoreUnavailable)
  expect(stored.length).toBeGreaterThan(3)
  await expect(fill()).rejects.toThrow(/space/)
  for (const id of stored) expect(await read(store, id)).toMatchObject({ state: 'queued' })
  await expectSound(store)
  await store.jobs.erase(tenant, first.id)
  const last = sampleJob()
  await accept(store, last, { input: sampleInput() })
  expect(await read(store, last.id)).toEqual(last)
  await expectSound(store)
})

/** Limits the size of every file of a process, as a disk does that has no block left. */
const limitFiles = (pid: number, bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])
}

it('promises nothing while writes fail, and opens itself again when they do not', async () => {
  await using folder = await temporaryFolder('full')
  await using child = startChild('answer', folder.path)
  expect(await child.line()).toBe('open')
  const before = await child.ask('accept')
  expect(before).toMatch(/^job_/)
  limitFiles(child.pid, 4_096)
  expect(await child.ask('accept')).toBe('StoreUnavailable')
  expect(await child.ask('ping')).toBe('StoreUnavailable')
  expect(await child.ask('accept')).toBe('StoreUnavailable')
  limitFiles(child.pid, 'unlimited')
  expect(await child.ask('ping')).toBe('fine')
  const after = await child.ask('accept')
  expect(after).toMatch(/^job_/)
  expect(await child.ask(`read ${before}`)).toBe('found')
  await child.kill()
  await using store = await openSqliteStore({ folder: folder.path })
  for (const id of [before, after]) {
    expect(await read(store, id as JobId)).toMatchObject({ state: 'queued' })
  }
  await expectSound(store)
})
