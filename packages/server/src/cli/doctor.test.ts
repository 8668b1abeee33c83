import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../app/doctor/finding.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import { run, runProgram, type Given } from './testing/command-line.ts'
import { newestSchema } from '../store/sqlite/schema/migrate.ts'

let folder = ''
const at = (...names: readonly string[]): string => join(folder, ...names)
const write = (name: string, text: string): Promise<void> => writeFile(at(name), text)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-doctor-'))
  await write('buzzer.config.mjs', 'export default { port: 0 }')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function examine(args: readonly string[] = [], given: Given = {}) {
  const { stdout, exitCode } = await run(['doctor', '--json', ...args], { cwd: folder, ...given })
  const { healthy, findings } = JSON.parse(stdout) as {
    readonly healthy: boolean
    readonly findings: readonly Finding[]
  }
  expect(exitCode).toBe(healthy ? 0 : 1)
  const of = (check: string): Finding | undefined =>
    findings.findLast((finding) => finding.check === check)
  return { healthy, findings, of }
}

async function makeStore(change = ''): Promise<void> {
  const store = await openSqliteStore({ folder: at('data') })
  await store[Symbol.asyncDispose]()
  using db = new DatabaseSync(at('data/buzzer.db'))
  db.exec(change)
}

const jobAt = (time: number): string =>
  `INSERT INTO jobs (id, tenant, operation, stage, priority, created_at, max_attempts, version, run,
     attempt, fence, leases_lost, finished_at)
   VALUES ('job_1', 'default', 'ask', 7, 4, ${time}, 5, 1, 1, 1, 1, 0, ${time})`

describe('where all is well', () => {
  test('a tick a line, and 0', async () => {
    const { stdout, exitCode } = await run(['doctor'], { cwd: folder })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([])
    expect(lines).toContainEqual(expect.stringMatching(/^✓ Node +\d+\.\d+\.\d+ for /))
    expect(lines).toContainEqual(expect.stringMatching(/^✓ store +none yet/))
    expect(exitCode).toBe(0)
    // It makes nothing.
    await expect(stat(at('data'))).rejects.toThrow('ENOENT')
  })

  test('also while a server works on the data, which goes on', async () => {
    await using store = await openSqliteStore({ folder: at('data') })
    const { of, healthy } = await examine()
    expect(healthy).toBe(true)
    expect(of('store')?.found).toContain(
      `sound, schema ${newestSchema}, 0 jobs (0 unfinished), in use; SQLite`,
    )
    await store.upkeep.ping()
  })
})

describe('what is wrong is named, with what to do', () => {
  const worlds: readonly (readonly [
    what: string,
    make: () => Promise<unknown>,
    check: string,
    verdict: Finding['verdict'],
    found: RegExp,
    fix: RegExp,
  ])[] = [
    [
      'no configuration',
      () => rm(at('buzzer.config.mjs')),
      'config',
      'warning',
      /no buzzer.config/,
      /buzzer init/,
    ],
    [
      'a configuration with a typo',
      () => write('buzzer.config.mjs', 'export default { prot: 0 }'),
      'config',
      'bad',
      /prot: .*did you mean 'port'/,
      /./,
    ],
    [
      'a configuration that never finishes loading',
      () => write('buzzer.config.mjs', 'await new Promise(() => {}); export default {}'),
      'config',
      'bad',
      /It never finishes loading/,
      /run\(\)/,
    ],
    [
      'data that others may look into',
      () => mkdir(at('data')).then(() => chmod(at('data'), 0o755)),
      'data',
      'warning',
      /mode 0755/,
      /^chmod 700 /,
    ],
    ['a file in its place', () => write('data', ''), 'data', 'bad', /not a folder/, /--data/],
    [
      'a key that others may read',
      async () => {
        await mkdir(at('data'), { mode: 0o700 })
        await write('data/secret.key', 'k'.repeat(43))
        await chmod(at('data/secret.key'), 0o644)
      },
      'key',
      'warning',
      /mode 0644/,
      /^chmod 600 /,
    ],
    [
      'a key that is none',
      async () => {
        await mkdir(at('data'))
        await write('data/secret.key', 'short')
      },
      'key',
      'bad',
      /holds no key/,
      /backup/,
    ],
    [
      'a store of a newer version',
      () => makeStore('PRAGMA user_version = 99'),
      'store',
      'bad',
      /schema 99/,
      /npm install/,
    ],
    [
      'a store that is no database',
      () => mkdir(at('data')).then(() => write('data/buzzer.db', 'not a database'.repeat(100))),
      'store',
      'bad',
      /not a database/,
      /restore/,
    ],
    [
      'a store with a broken page',
      async () => {
        await makeStore()
        await using file = await open(at('data/buzzer.db'), 'r+')
        await file.write(Buffer.alloc(4_096, 0xff), 0, 4_096, 4_096 * 5)
      },
      'store',
      'bad',
      /^damaged: the file: /,
      /restore the last good backup/,
    ],
    [
      'a restore that was killed',
      () => mkdir(at('data/.restoring'), { recursive: true, mode: 0o700 }),
      'store',
      'bad',
      /a restore into it did not end/,
      /^buzzer restore BACKUP --data /,
    ],
    [
      'a clock before the newest job',
      () => makeStore(jobAt(Date.now() + 3_600_000)),
      'clock',
      'bad',
      /before the newest job/,
      /set-ntp/,
    ],
  ]

  test.each(worlds)('%s', async (...[, make, check, verdict, found, fix]) => {
    await make()
    const finding = (await examine()).of(check)
    expect(finding).toMatchObject({ verdict, found: expect.stringMatching(found) })
    if (finding?.fix !== null) expect(finding?.fix).toMatch(fix)
  })

  test('a port that another program has, with the next one', async () => {
    const squatter = createServer((socket) => socket.end('nonsense')).listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    const { of } = await examine(['--port', String(port)])
    squatter.close()
    expect(of('port')).toMatchObject({
      verdict: 'bad',
      found: expect.stringMatching(/taken by another/),
      fix: expect.stringMatching(/--port \d/),
    })
  })

  test('a port that a Buzzer with other data has: a start here would fail', async () => {
    const other = createHttpServer((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"status":"ok"}')
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { of: before } = await examine(['--port', String(port)])
    expect(before('port')).toMatchObject({
      verdict: 'warning',
      found: expect.stringMatching(/a Buzzer runs there, with other data/),
      fix: expect.stringMatching(/--port \d/),
    })
    await using _store = await openSqliteStore({ folder: at('data') })
    const { of } = await examine(['--port', String(port)])
    other.close()
    expect(of('port')).toMatchObject({ verdict: 'good' })
  })

  test('services that were defined at run time, as the server on the same data tells', async () => {
    const stored = { origin: 'store', shadowed: false, problem: null, notes: [] }
    const [sealed, private_] = [
      { ...stored, name: 'sealed', problem: 'its credentials were sealed with another secret' },
      { ...stored, name: 'private', url: 'http://127.0.0.9:4000', notes: [refusedNote] },
    ]
    const pages: Readonly<Record<string, object>> = {
      '/healthz': { status: 'ok' },
      '/readyz': { status: 'ready' },
      '/v1/services': { services: [{ ...stored, name: 'well' }, sealed], next: 'a b' },
      '/v1/services?cursor=a%20b': { services: [private_], next: null },
    }
    const running = createHttpServer(({ url = '' }, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(pages[url] ?? {}))
    }).listen(0, '127.0.0.1')
    await once(running, 'listening')
    const { port } = running.address() as AddressInfo
    await using _store = await openSqliteStore({ folder: at('data') })
    const { of, healthy } = await examine(['--port', String(port)])
    running.close()
    expect(healthy).toBe(false)
    expect(of('service well')).toBeUndefined()
    expect(of('service sealed')).toMatchObject({
      verdict: 'bad',
      found: expect.stringMatching(/^out of order: its credentials were sealed/),
      fix: expect.stringMatching(/BUZZER_SECRET/),
    })
    expect(of('service private')).toMatchObject({
      verdict: 'bad',
      found: refusedNote,
      fix: "outbound: { allow: ['127.0.0.9:4000'] }",
    })
  })

  test('a server that is asked for and is not there', async () => {
    const { of, healthy } = await examine(['--url', 'http://127.0.0.1:1'])
    expect(of('server')).toMatchObject({
      verdict: 'bad',
      found: expect.stringContaining('reached'),
    })
    expect(healthy).toBe(false)
  })
})

describe('what a start refuses of the definitions, in the same words', () => {
  const schedule = (cron: string, timeZone = 'UTC'): string =>
    `schedule: { cron: '${cron}', timeZone: '${timeZone}' }`
  const wrong: readonly (readonly [what: string, option: string])[] = [
    ['a schedule with a field too few', "schedule: '0 3 * *'"],
    ['a time zone that is none', schedule('0 3 * * *', 'Mars/X')],
    ['a day that never comes', "schedule: '0 0 30 2 *'"],
    ['an input schema with a typo', "input: { type: 'strin' }"],
    ['an output schema with a typo', "output: { type: 'strin' }"],
  ]

  test.each(wrong)('%s', async (...[, option]) => {
    await write(
      'buzzer.config.mjs',
      `export default { port: 0, operations: {
        tick: { run: () => 1, ${option} } } }`,
    )
    const started = await runProgram(['start', '--json'], { cwd: folder })
    const refused = JSON.parse(started.stderr) as { error: { details: readonly string[] } }
    await rm(at('data'), { recursive: true, force: true })
    const { healthy, of } = await examine()
    expect(started.exitCode).toBe(2)
    expect(healthy).toBe(false)
    expect(of('config')).toMatchObject({
      verdict: 'bad',
      found: refused.error.details[0],
      fix: expect.stringMatching(/^change operations\.tick\.\S+ in \S+buzzer\.config\.mjs$/),
    })
    await expect(stat(at('data'))).rejects.toThrow('ENOENT')
  })
})

const refusedNote = 'every call is refused: 127.0.0.9 is private'

describe('upstreams', () => {
  const service = (url: string): string => `{ kind: 'service', options: { url: '${url}', openapi: {
    openapi: '3.1.0', info: { title: 'T', version: '1' },
    paths: { '/a': { get: { responses: { 200: { description: 'It.' } } } } } } } }`

  test('a schedule that an operation of a service cannot have', async () => {
    const nightly = "operations: { nightly: { schedule: '0 3 * *' } }"
    const paths = "{ '/a': { get: { operationId: 'nightly', responses: {} } } }"
    await write(
      'buzzer.config.mjs',
      `export default { port: 0, services: { api: { kind: 'service', options: {
        url: 'http://127.0.0.1:1', ${nightly},
        openapi: { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: ${paths} } } } } }`,
    )
    const { of } = await examine()
    expect(of('service api')).toMatchObject({
      verdict: 'bad',
      found: expect.stringMatching(/^services\.api\.operations\.nightly\.schedule/),
      fix: expect.stringMatching(/^change services\.api\.operations\.nightly\.schedule/),
    })
  })

  test('are knocked at through the guard, each with what it takes', async () => {
    const upstream = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'))
    }).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const { port } = upstream.address() as AddressInfo
    const services = {
      there: `http://127.0.0.1:${port}`,
      private: 'http://127.0.0.2:4000',
      gone: 'http://127.0.0.3:1',
      nowhere: 'http://nowhere.invalid',
    }
    const list = Object.entries(services).map(([name, url]) => `${name}: ${service(url)}`)
    const allow = `['127.0.0.1:${port}', '127.0.0.3:1']`
    await write(
      'buzzer.config.mjs',
      `export default { port: 0, outbound: { allow: ${allow} }, services: { ${list.join(',')} } }`,
    )
    const { of } = await examine()
    upstream.close()
    expect(of('service there')).toMatchObject({
      verdict: 'good',
      found: expect.stringMatching(/answered 404 in/),
    })
    expect(of('service private')).toMatchObject({
      verdict: 'bad',
      fix: "outbound: { allow: ['127.0.0.2:4000'] }",
    })
    expect(of('service gone')).toMatchObject({
      verdict: 'bad',
      found: expect.stringMatching(/ECONNREFUSED/),
    })
    expect(of('service nowhere')).toMatchObject({
      verdict: 'bad',
      fix: expect.stringMatching(/DNS/),
    })
  })
})
