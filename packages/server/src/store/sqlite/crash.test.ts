import type { JobId } from '@buzzer/contract'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { expectSound, read } from '../conformance/sample.ts'
import { openSqliteStore } from './open.ts'
import { startChild, type Child } from './testing/children.ts'

/** What the child was promised before it was killed in the middle of its work. */
async function killAfter(child: Child, lines: number): Promise<Map<string, string>> {
  const promised = new Map<string, string>()
  expect(await child.line()).toBe('open')
  for (let count = 0; count < lines; count += 1) {
    const [state = '', id = ''] = (await child.line())?.split(' ') ?? []
    promised.set(id, state)
  }
  await child.kill()
  // What it still printed before it died was promised too.
  for (let line = await child.line(); line !== null; line = await child.line()) {
    const [state = '', id = ''] = line.split(' ')
    // The last line may be cut off.
    if (id.length === 30) promised.set(id, state)
  }
  return promised
}

it('has everything that it promised after a kill, and lets go what was held', async () => {
  await using folder = await temporaryFolder('crash')
  for (const lines of [1, 137, 1_733]) {
    const promised = await killAfter(startChild('write', folder.path), lines)
    await using store = await openSqliteStore({ folder: folder.path })
    await expectSound(store)
    for (const [id, state] of promised) {
      const job = await read(store, id as JobId)
      if (state === 'succeeded') expect(job.state).toBe('succeeded')
    }
    const { jobs } = await store.upkeep.rescue(1_000)
    expect(jobs.every(({ why }) => why === 'lease')).toBe(true)
    const [depth] = await store.upkeep.depths()
    expect(depth).toMatchObject({ running: 0 })
    await expectSound(store)
  }
})
