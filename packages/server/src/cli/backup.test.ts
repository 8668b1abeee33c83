import { cpSync } from 'node:fs'
import {
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeBackup } from '../app/backup/take-backup.ts'
import { fileOf } from '../store/sqlite/blobs/place.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import { run } from './testing/command-line.ts'
import { newestSchema } from '../store/sqlite/schema/migrate.ts'

let folder = ''
const at = (...names: readonly string[]): string => join(folder, ...names)
const backup = (...args: readonly string[]) =>
  run(['backup', 'copy', '--data', 'data', ...args], { cwd: folder })
const restore = (...args: readonly string[]) =>
  run(['restore', 'copy', '--data', 'restored', ...args], { cwd: folder })
const modeOf = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o777).toString(8)

const blob = (number: number): string => `blb_${String(number).padStart(26, '0')}`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-backup-'))
  const store = await openSqliteStore({ folder: at('data') })
  await store[Symbol.asyncDispose]()
  await writeFile(at('data/secret.key'), 'k'.repeat(43), { mode: 0o600 })
})
afterEach(() => rm(folder, { recursive: true }))

/** Files of blobs, with the bytes that the store says of them where it names them. */
async function putBlobs(named: readonly number[], there: readonly number[]): Promise<void> {
  using db = new DatabaseSync(at('data/buzzer.db'))
  // The shortest row that a blob may hang on.
  db.exec("INSERT OR IGNORE INTO quarantine VALUES ('job_1', 0, 'unreadable', '[]')")
  for (const number of named)
    db.prepare('INSERT INTO blobs (id, job, bytes) VALUES (?, ?, 5)').run(blob(number), 'job_1')
  for (const number of there) {
    const path = fileOf(at('data/blobs'), blob(number))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'bytes')
    await writeFile(`${path}.part`, 'half')
  }
}

describe('backup', () => {
  test('says what it holds, is nobody else’s business, and comes back', async () => {
    const { stdout, stderr, exitCode } = await backup()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('secret') })
    expect(stdout).toMatch(/^✓ 2 files, \d+ kB in .*: copy\n {2}holds +no jobs, 0 unfinished/)
    expect(await readdir(at('copy'))).toEqual(['buzzer.db', 'manifest.json', 'secret.key'])
    const paths = ['copy', 'copy/buzzer.db', 'copy/secret.key', 'copy/manifest.json']
    expect(await Promise.all(paths.map((path) => modeOf(at(path))))).toEqual([
      '700',
      '600',
      '600',
      '600',
    ])
    expect((await restore()).stdout).toMatch(/^✓ restored into restored\n/)
    expect(await readdir(at('restored'))).toEqual(['buzzer.db', 'lock.db', 'secret.key'])
    expect(await readFile(at('restored/secret.key'), 'utf8')).toBe('k'.repeat(43))
    expect(await modeOf(at('restored/secret.key'))).toBe('600')
    await using store = await openSqliteStore({ folder: at('restored') })
    expect(await store.upkeep.audit()).toEqual([])
  })

  test('--json says all of it to programs', async () => {
    const { stdout, stderr } = await backup('--json', '--without-secret')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      folder: at('copy'),
      format: 1,
      schema: newestSchema,
      secret: false,
      counts: { jobs: 0, blobs: 0 },
      files: [{ path: 'buzzer.db', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    })
  })

  test('--without-secret says what the key is for, and so does its restore', async () => {
    const made = await backup('--without-secret')
    const back = await restore()
    for (const { stderr } of [made, back])
      expect(stderr).toMatch(/The key is not in it: .*tokens.*credentials of services/)
  })

  test('takes what a killed server left in its WAL', async () => {
    const db = new DatabaseSync(at('data/buzzer.db'))
    db.exec("INSERT INTO tombstones VALUES ('job_gone', 'default', 1)")
    await cp(at('data'), at('left'), { recursive: true })
    db.close()
    expect((await stat(at('left/buzzer.db-wal'))).size).toBeGreaterThan(0)
    expect((await run(['backup', 'copy', '--data', 'left'], { cwd: folder })).exitCode).toBe(0)
    using copy = new DatabaseSync(at('copy/buzzer.db'), { readOnly: true })
    expect(copy.prepare('SELECT id FROM tombstones').all()).toEqual([{ id: 'job_gone' }])
  })

  test('takes the blobs that rows name, and no others', async () => {
    await putBlobs([1, 2], [1, 2, 3])
    expect((await backup()).stdout).toContain('2 blobs')
    expect((await restore()).exitCode).toBe(0)
    const kept = await readdir(dirname(fileOf(at('restored/blobs'), blob(1))))
    expect(kept).toEqual([blob(1), blob(2)])
  })

  test('takes blobs too that came while it ran', async () => {
    await putBlobs([1, 2], [1])
    const manifest = await takeBackup({
      storeFolder: at('data'),
      dataFolder: at('data'),
      target: at('copy'),
      withSecret: false,
      signal: new AbortController().signal,
      onProgress({ phase }) {
        if (phase === 'blobs')
          cpSync(fileOf(at('data/blobs'), blob(1)), fileOf(at('data/blobs'), blob(2)))
      },
    })
    expect(manifest.counts.blobs).toBe(2)
    expect(manifest.files.map(({ path }) => basename(path))).toEqual([
      blob(1),
      blob(2),
      'buzzer.db',
    ])
  })

  test.each([
    ['is missing', [1, 2], 5, /blob \S+2: missing/],
    ['is cut off', [1, 2], 3, /blob \S+2: 3 of 5 bytes/],
  ])('fails and leaves nothing where a blob %s', async (what, named, bytes, finding) => {
    await putBlobs(named, [1, 2])
    const path = fileOf(at('data/blobs'), blob(2))
    await (what === 'is missing' ? rm(path) : writeFile(path, 'bytes'.slice(0, bytes)))
    const { stderr, exitCode } = await backup()
    expect(stderr).toMatch(finding)
    expect(stderr).toContain('code: backup-faulty')
    expect([exitCode, await readdir(folder)]).toEqual([1, ['data']])
  })

  test('fails and leaves nothing where rows do not fit together', async () => {
    using db = new DatabaseSync(at('data/buzzer.db'))
    db.exec("INSERT INTO failures VALUES ('job_1', 1, 1, 1, 1, '{}')")
    const { stderr, exitCode } = await backup()
    expect(stderr).toContain('a row of failures belongs to no job: job_1')
    expect([exitCode, await readdir(folder)]).toEqual([1, ['data']])
  })

  test('is stopped by Ctrl-C, and leaves nothing', async () => {
    const given = { cwd: folder, interrupt: AbortSignal.abort(new Error('stop')) }
    const { exitCode } = await run(['backup', 'copy', '--data', 'data'], given)
    expect([exitCode, await readdir(folder)]).toEqual([1, ['data']])
  })

  test('never writes over anything', async () => {
    await mkdir(at('copy'))
    await writeFile(at('copy/mine'), '')
    const { stderr, exitCode } = await backup()
    expect(stderr).toContain('copy is there already')
    expect(stderr).toContain('fix: buzzer backup ')
    expect([exitCode, await readdir(at('copy'))]).toEqual([1, ['mine']])
  })

  test.each([
    ['below a file', 'file/x', /file is a file, not a folder/],
    ['where the system makes none', '/proc/x', /There can be no folder in \/proc/],
  ])('names a place %s as what it is', async (_, place, what) => {
    await writeFile(at('file'), '')
    const { stderr, exitCode } = await run(['backup', place, '--data', 'data'], { cwd: folder })
    expect(stderr).toMatch(what)
    expect(stderr).toMatch(/fix: name another folder\n +code: not-a-folder/)
    expect([exitCode, await readdir(folder)]).toEqual([1, ['data', 'file']])
  })

  test('is refused within the data, also by way of a link', async () => {
    await symlink(at('data'), at('link'))
    for (const place of ['data/inside', 'data/a/b', 'link/inside']) {
      const { stderr, exitCode } = await run(['backup', place, '--data', 'data'], { cwd: folder })
      expect(stderr).toContain(`lies in the data folder ${at('data')}`)
      expect([exitCode, (await readdir(at('data'))).includes('inside')]).toEqual([1, false])
    }
    expect((await run(['backup', 'data2', '--data', 'data'], { cwd: folder })).exitCode).toBe(0)
  })

  test('says where there is nothing to copy', async () => {
    const { stderr, exitCode } = await run(['backup', 'copy', '--data', 'nowhere'], { cwd: folder })
    expect(stderr).toContain(`There is no store in ${at('nowhere')}`)
    expect([exitCode, await readdir(folder)]).toEqual([1, ['data']])
  })
})

describe('restore refuses, and leaves nothing of a backup', () => {
  const change = async (alter: (manifest: Record<string, unknown>) => void): Promise<void> => {
    const manifest = JSON.parse(await readFile(at('copy/manifest.json'), 'utf8')) as Record<
      string,
      unknown
    >
    alter(manifest)
    await writeFile(at('copy/manifest.json'), JSON.stringify(manifest))
  }
  const damages: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ['without a manifest', () => rm(at('copy/manifest.json')), /is no whole backup/],
    ['with a byte changed', () => flip(at('copy/buzzer.db'), 5_000), /not what was written/],
    ['with a file missing', () => rm(at('copy/secret.key')), /secret.key is missing/],
    [
      'of a newer version',
      () => change((manifest) => (manifest['schema'] = 99)),
      /schema 99, which a newer Buzzer wrote/,
    ],
    [
      'that counts otherwise',
      () => change((manifest) => (manifest['counts'] = { jobs: 1, unfinishedJobs: 0, events: 0 })),
      /jobs: 0 instead of 1/,
    ],
    [
      'that would write elsewhere',
      () =>
        change((manifest) => {
          const files = manifest['files'] as { path: string }[]
          if (files[1] !== undefined) files[1].path = '../secret.key'
        }),
      /not the manifest of a backup/,
    ],
  ]

  test.each(damages)('one %s', async (_, damage, finding) => {
    await backup()
    await damage()
    const { stderr, exitCode } = await restore()
    expect(stderr).toMatch(finding)
    expect(exitCode).toBe(1)
    const left = await readdir(at('restored')).catch(() => [])
    expect(left.filter((name) => name !== 'lock.db')).toEqual([])
    expect((await readdir(folder)).filter((name) => name !== 'restored')).toEqual(['copy', 'data'])
  })

  test.each([
    ['schema', 99, /schema 99/],
    ['format', 2, /in a form that this one does not know/],
  ])('one of a newer %s, and says what can restore it', async (member, value, what) => {
    await backup()
    await change((manifest) => Object.assign(manifest, { [member]: value, buzzer: '7.8.9' }))
    const { stderr, exitCode } = await restore()
    expect(stderr).toMatch(what)
    expect(stderr).toContain(
      'fix: restore it with the version that made it: npm install buzzer@7.8.9',
    )
    expect([exitCode, stderr.includes('newer-backup')]).toEqual([1, true])
  })

  test.each([
    ['a file', 'file', /file is a file, not a folder/],
    ['a place below a file', 'file/x', /file is a file, so that there can be no folder /],
    ['a place where the system makes none', '/proc/x', /There can be no folder in \/proc/],
  ])('into %s', async (_, place, what) => {
    await backup()
    await writeFile(at('file'), '')
    const { stderr, exitCode } = await run(['restore', 'copy', '--data', place], { cwd: folder })
    expect(stderr).toMatch(what)
    expect(stderr).toContain('code: not-a-folder')
    expect(exitCode).toBe(1)
  })

  test('into a folder that is not empty', async () => {
    await backup()
    await mkdir(at('restored'))
    await link(at('data/secret.key'), at('restored/secret.key'))
    const { stderr, exitCode } = await restore()
    expect(stderr).toContain('is not empty: it holds secret.key')
    expect([exitCode, await readdir(at('restored'))]).toEqual([1, ['secret.key']])
  })

  test('into a folder that a server works in', async () => {
    await backup()
    await using _store = await openSqliteStore({ folder: at('restored') })
    const { stderr, exitCode } = await restore()
    expect(stderr).toContain('code: store-locked')
    expect(exitCode).toBe(1)
  })
})

describe('a restore that was killed', () => {
  beforeEach(async () => {
    await backup()
    await mkdir(at('restored/.restoring'), { recursive: true })
    await writeFile(at('restored/.restoring/buzzer.db'), 'half')
    await writeFile(at('restored/secret.key'), 'moved already')
  })

  test('is done again by the next', async () => {
    expect((await restore()).exitCode).toBe(0)
    expect(await readdir(at('restored'))).toEqual(['buzzer.db', 'lock.db', 'secret.key'])
    expect(await readFile(at('restored/secret.key'), 'utf8')).toBe('k'.repeat(43))
  })

  test('is no reason to lose what somebody put there since', async () => {
    await writeFile(at('restored/mine'), '')
    const { stderr, exitCode } = await restore()
    expect(stderr).toContain('is not empty: it holds mine')
    expect([exitCode, await readdir(at('restored/.restoring'))]).toEqual([1, ['buzzer.db']])
  })

  test('is nothing that a server begins on, as if all were lost', async () => {
    const args = ['start', '--port', '0', '--data', 'restored']
    const { stderr, exitCode } = await run(args, { cwd: folder })
    expect(stderr).toContain('a restore into it did not end: run buzzer restore again')
    expect([exitCode, await readdir(at('restored'))]).toEqual([2, ['.restoring', 'secret.key']])
  })
})

async function flip(path: string, index: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[index] = (bytes[index] ?? 0) ^ 1
  await writeFile(path, bytes)
}
