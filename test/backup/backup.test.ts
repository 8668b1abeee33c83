import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTarget } from '../crash/caller.ts'
import { checkIntegrity, rowsOf } from '../crash/data-file.ts'
import { openJournal, type Journal } from '../crash/journal.ts'
import { startLoad } from '../crash/load.ts'
import { runBuzzer } from '../support/buzzer.ts'
import { call, submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { seededRandom } from '../support/random.ts'
import { startServer, type Server } from '../support/server.ts'

const backups = 20

interface Backup {
  readonly path: string
  /** What clients had been told is accepted before it began. */
  readonly acknowledged: readonly string[]
  readonly blobs: number
}

interface Manifest {
  readonly counts: { readonly jobs: number; readonly blobs: number }
}

/** More than what is stored with its job. */
const largeBytes = 300_000
const largePauseMs = 100

const serve = (folder: string, data: string): Promise<Server> =>
  startServer({
    config: new URL('../crash/crash.config.ts', import.meta.url),
    data,
    env: { CRASH_RUNS: join(folder, 'runs.jsonl'), BUZZER_RETENTION_JOBS: '1h' },
  })

test('twenty backups under load each restore, are sound, and hold all that was accepted', async () => {
  await using folder = await temporaryFolder('backup')
  const data = join(folder.path, 'data')
  await using server = await serve(folder.path, data)
  const findings: string[] = []
  const taken = await takeUnderLoad(server, folder.path, data, (each) => findings.push(each))
  expect(findings).toEqual([])
  expect(taken.at(-1)?.acknowledged.length).toBeGreaterThan(100)
  expect(taken.at(-1)?.blobs).toBeGreaterThan(10)
  for (const backup of taken) await restoreAndCheck(backup)

  // A server goes on from the last one: jobs end, and none that was promised is unknown.
  const last = taken.at(-1)
  const [job = ''] = last?.acknowledged.slice(-1) ?? []
  await using restored = await serve(folder.path, `${last?.path}.restored`)
  const answer = await call(restored.url, `/v1/jobs/${job}`, { headers: { prefer: 'wait=30' } })
  expect(answer.status).toBe(200)
  expect(answer.json<{ readonly finishedAt: string | null }>().finishedAt).not.toBeNull()
})

async function takeUnderLoad(
  server: Server,
  folder: string,
  data: string,
  report: (finding: string) => void,
): Promise<readonly Backup[]> {
  const target = createTarget()
  target.set(server.url)
  await using journal = await openJournal(join(folder, 'journal.jsonl'))
  const load = startLoad({ target, journal, random: seededRandom(20), report })
  const large = sendLarge(server.url, journal)
  await mkdir(join(folder, 'backups'))
  const taken: Backup[] = []
  for (let number = 1; number <= backups; number += 1) {
    // One that asked again was told twice.
    const acknowledged = [...new Set(journal.accepted)]
    const path = join(folder, 'backups', String(number))
    const { code, stdout, stderr } = await runBuzzer(['backup', path, '--data', data, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { counts } = JSON.parse(stdout) as Manifest
    expect(counts.jobs).toBeGreaterThanOrEqual(acknowledged.length)
    taken.push({ path, acknowledged, blobs: counts.blobs })
  }
  await Promise.all([load.stop(), large.stop()])
  return taken
}

/** Inputs that lie in files of their own. */
function sendLarge(url: string, journal: Journal): { stop(): Promise<void> } {
  const body = { n: 0, pad: 'x'.repeat(largeBytes) }
  let stopped = false
  const run = async (): Promise<void> => {
    while (!stopped) {
      const { id } = await submit(url, 'work', body)
      await journal.write({ told: 'accepted', job: id, n: 0 })
      await sleep(largePauseMs)
    }
  }
  const running = run()
  return {
    stop() {
      stopped = true
      return running
    },
  }
}

async function restoreAndCheck({ path, acknowledged, blobs }: Backup): Promise<void> {
  const folder = `${path}.restored`
  const { code, stderr } = await runBuzzer(['restore', path, '--data', folder, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const db = new DatabaseSync(join(folder, 'buzzer.db'), { readOnly: true })
  const held = new Set(rowsOf(db, 'SELECT id FROM jobs').map(({ id }) => id))
  expect(checkIntegrity(db)).toEqual([])
  expect(acknowledged.filter((job) => !held.has(job))).toEqual([])
  const named = rowsOf(db, 'SELECT id, bytes FROM blobs')
  db.close()
  const blobFolder = join(folder, 'blobs')
  // The first backup may come before the first blob, and has no folder for them then.
  const files = await readdir(blobFolder, { recursive: true, withFileTypes: true }).catch(() => [])
  const there = files.filter((file) => file.isFile()).map(({ name }) => name)
  expect(new Set<unknown>(there)).toEqual(new Set(named.map(({ id }) => id)))
  expect(there).toHaveLength(blobs)
}
