import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, runProgram, start } from './testing/command-line.ts'

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))

let folder = ''
const file = (name: string): string => join(folder, name)
const write = (name: string, text: string): Promise<void> => writeFile(file(name), text)

const configOf = (operation: string): string =>
  `import { defineConfig, operation } from 'buzzer'
import { answer } from './answer.ts'
export default defineConfig({ operations: { ${operation}: operation({ run: () => answer }) } })
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-start-'))
  await mkdir(file('node_modules'))
  await symlink(packageFolder, file('node_modules/buzzer'))
  await write('answer.ts', "export const answer: string = 'one'")
  await write('buzzer.config.ts', configOf('ask'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Collects what a process says, so that it can be waited for. */
function listen(child: ReturnType<typeof start>): () => string {
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return () => said
}

const startHere = (...args: readonly string[]) =>
  start(['start', '--port', '0', ...args], { cwd: folder })

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((own) => own?.address === '::1')
const reason = hasIpv6 ? '' : ', skipped because this machine has no IPv6'

describe('start', () => {
  test.skipIf(!hasIpv6)(`listens on the loopback of IPv6${reason}`, async () => {
    const child = startHere('--host', '::1', '--data', file('six'), '--quiet')
    const said = listen(child)
    await expect.poll(said).toMatch(/\n$/)
    const [, url = ''] = /^Buzzer listening on (http:\/\/\[::1\]:\d+)\n$/.exec(said()) ?? []
    const submitted = await runProgram(['submit', 'ask', '--wait', '--url', url])
    child.kill('SIGTERM')
    await ended(child)
    expect(submitted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('one') })
  })

  test.each([
    ['channels alone', '{ channels: { news: channel() } }', false],
    ['nothing', '{}', true],
  ])('with %s, says what there is', async (_, config, isEmpty) => {
    const imports = "import { channel, defineConfig } from 'buzzer'"
    await write('some.config.ts', `${imports}\nexport default defineConfig(${config})\n`)
    const child = startHere('--config', file('some.config.ts'), '--data', file('some'))
    const said = listen(child)
    await expect.poll(said).toContain('Not for production')
    expect(said()).toMatch(/Docs +http:.*\/docs$/m)
    expect(said()).toMatch(/AsyncAPI +http:.*\/asyncapi\.json$/m)
    child.kill('SIGTERM')
    await ended(child)
    expect(said().includes('Nothing can be called yet')).toBe(isEmpty)
  })

  test('says where it listens first, stops on a signal, and ends with 0', async () => {
    const child = startHere('--data', file('one'))
    const said = listen(child)
    const result = ended(child)
    await expect.poll(said).toContain('└')
    child.kill('SIGTERM')
    const { exitCode, stdout, stderr } = await result
    expect(stdout).toMatch(/^Buzzer listening on http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(stderr).toMatch(/Buzzer \d+\.\d+\.\d+ {2}ready in /)
    expect(stderr).toContain("No authentication (auth: 'none')")
    expect(exitCode).toBe(0)
  })

  test('--quiet says nothing else', async () => {
    const child = startHere('--data', file('two'), '--quiet')
    const said = listen(child)
    await expect.poll(said).toMatch(/^Buzzer listening on .*\n$/)
    child.kill('SIGINT')
    expect((await ended(child)).exitCode).toBe(0)
  })

  test('tells a variable that means nothing, however little else it says', async () => {
    const env = { BUZZER_MQTT_PORT: '1883' }
    const args = ['start', '--port', '0', '--quiet', '--data', file('strange')]
    const child = start(args, { cwd: folder, env })
    const said = listen(child)
    await expect.poll(said).toContain('listening')
    child.kill('SIGTERM')
    await ended(child)
    expect(said()).toContain('! BUZZER_MQTT_PORT means nothing; did you mean BUZZER_PORT?\n')
  })

  test('goes on where nobody reads what it says', async () => {
    const child = startHere('--data', file('unread'))
    child.stderr?.destroy()
    const said = listen(child)
    await expect.poll(said).toContain('listening')
    const [url = ''] = /http:\/\/\S+/.exec(said()) ?? []
    const prefer = { method: 'POST', headers: { prefer: 'wait=5' } }
    const first = await fetch(`${url}/v1/operations/ask/jobs`, prefer)
    const second = await fetch(`${url}/v1/operations/ask/jobs`, prefer)
    child.kill('SIGTERM')
    expect([first.status, second.status, await once(child, 'exit')]).toEqual([200, 200, [0, null]])
  })

  test('a port that is taken is named, with the next one', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    const args = ['start', '--data', file('three'), '--port', String(port)]
    const { exitCode, stdout, stderr } = await runProgram(args, { cwd: folder })
    squatter.close()
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken`)
    expect(stderr).toMatch(/fix: buzzer start --port \d+/)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  })

  test.runIf(process.platform === 'linux')('a folder that cannot be made is named', async () => {
    const args = ['start', '--port', '0', '--data', '/proc/buzzer/data']
    const { exitCode, stderr } = await runProgram(args, { cwd: folder })
    expect(stderr).toContain('data: the data folder /proc/buzzer/data cannot be used: ENOENT')
    expect(exitCode).toBe(2)
  })

  test('a private service that is not allowed is told, with the line to add', async () => {
    await write(
      'private.config.mjs',
      `export default { services: { legacy: { kind: 'service', options: {
        url: 'http://127.0.0.1:4000',
        openapi: { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {} },
      } } } }`,
    )
    const child = startHere('--data', file('private'), '--config', 'private.config.mjs')
    const said = listen(child)
    await expect.poll(said).toContain('└')
    child.kill('SIGTERM')
    await ended(child)
    expect(said()).toContain("outbound: { allow: ['127.0.0.1:4000'] }")
  })

  test('data that cannot be read is no fault of the program', async () => {
    await mkdir(file('unreadable'))
    await write(
      'unreadable/buzzer.db',
      'this is no database at all, and longer than a header\n'.repeat(9),
    )
    const { exitCode, stderr } = await ended(startHere('--data', file('unreadable')))
    expect(exitCode).toBe(1)
    expect(stderr).toContain('code: store-unavailable')
    expect(stderr).toMatch(/✗ The store in \S+ cannot be opened\.\n {2}\S/)
    expect(stderr).toContain('buzzer doctor')
    expect(stderr).not.toContain('fault in Buzzer')
  })

  test('a second process on the same data is refused', async () => {
    const child = startHere('--data', file('four'))
    const said = listen(child)
    await expect.poll(said).toContain('listening')
    const args = ['start', '--port', '0', '--data', file('four')]
    const second = await runProgram(args, { cwd: folder })
    child.kill('SIGTERM')
    await ended(child)
    expect(second.stderr).toContain(`Another Buzzer runs on the data in ${file('four')}`)
    expect(second.exitCode).toBe(1)
  })
})

describe('a server that is asked to stop', () => {
  const stuck = `export default {
    operations: { stuck: { run: () => new Promise(() => {}) } },
    workers: { slots: 1 },
  }`

  test.each(['start', 'dev'])('is %s that somebody ends by Ctrl-C, with 0', async (command) => {
    const child = start([command, '--port', '0', '--data', file('seven')], { cwd: folder })
    const said = listen(child)
    await expect.poll(said).toContain('└')
    child.kill('SIGINT')
    expect((await ended(child)).exitCode).toBe(0)
  })

  test('ends at once when it is asked again', async () => {
    await write('stuck.config.mjs', stuck)
    const child = startHere('--data', file('five'), '--config', 'stuck.config.mjs')
    const said = listen(child)
    await expect.poll(said).toContain('listening')
    const [url = ''] = /http:\/\/\S+/.exec(said()) ?? []
    await fetch(`${url}/v1/operations/stuck/jobs`, { method: 'POST' })
    child.kill('SIGINT')
    await expect.poll(said).toContain('Ctrl-C again to stop at once')
    // Two in a row can be one press of a key, so that it takes a little patience.
    const pressAgain = (): number | null => {
      child.kill('SIGINT')
      return child.exitCode
    }
    await expect.poll(pressAgain).toBe(130)
  })

  test('also stops when the parent that talks to it is gone', async () => {
    const child = startHere('--data', file('six'), '--quiet')
    const said = listen(child)
    await expect.poll(said).toContain('listening')
    const exit = once(child, 'exit')
    child.disconnect()
    expect(await exit).toEqual([0, null])
  })
})

describe('a configuration that cannot be run is explained', () => {
  test.each([
    [
      'export enum Colour { Red }',
      2,
      /:1: TypeScript enum is not supported.*\n {2}fix: .*as const/s,
    ],
    ['export const a = 1\nconst b = = 2', 2, /:2: It does not parse: Expression expected/],
    ["import { z } from 'nowhere'\nexport const a = z", 2, /fix: npm install nowhere/],
    ["import './nowhere'", 2, /with its extension, such as '.\/report.ts'/],
    ["import { Foo } from './answer.ts'\nexport const a = Foo", 2, /fix: .*import type/],
    ["const a: string = 'b'\nthrow new Error(a + 'roken')", 2, /:2: It failed .*: broken/],
    ['export const a = 1', 2, /It has no default export.*\n {2}fix: write export default define/s],
    ['await new Promise(() => {})', 2, /: It never finishes loading.*\n {2}fix: move the await/s],
    ['export default () => ({})', 2, /Its default export is a function/],
    ['export default { port: process.env.TEST_PORT }', 0, /^$/],
  ])('%j ends with %i', async (text, exitCode, message) => {
    const name = `${Math.abs(text.length)}-${exitCode}.ts`
    await write(name, text)
    await write('.env', 'TEST_PORT=1234')
    const shown = await runProgram(['config', 'view', '--config', name, '--json'], { cwd: folder })
    const human = await runProgram(['config', 'view', '--config', name], { cwd: folder })
    expect(human.stderr).toMatch(message)
    expect([shown.exitCode, human.exitCode]).toEqual([exitCode, exitCode])
    if (exitCode === 0) expect(shown.stdout).toContain('"value":1234')
  })

  test.each([
    ['import', configOf('ask')],
    ['export', 'export default {}'],
  ])('an %s in a CommonJS project ends with 2', async (_, text) => {
    // As `npm init` makes a project.
    await mkdir(file('commonjs'), { recursive: true })
    await write('commonjs/package.json', '{ "type": "commonjs" }')
    await write('commonjs/buzzer.config.ts', text)
    const { exitCode, stderr } = await runProgram(['config', 'view'], { cwd: file('commonjs') })
    expect(stderr).toContain('fix: npm pkg set type=module')
    expect(exitCode).toBe(2)
  })
})

test('dev starts again soon while a job runs on, whatever the environment says, and it runs again', async () => {
  await mkdir(file('busy'))
  const config = (name: string): string => `let runs = 0
    export default { operations: { ${name}: { run: () => 1 }, hang: { timeout: '1h', run: () =>
      new Promise(() => console.log('hangs in ${name}', setInterval(() => {}, 1000) && ++runs)) } } }`
  await write('busy/buzzer.config.mjs', config('first'))
  const env = { BUZZER_SHUTDOWN: '25s' }
  const child = start(['dev', '--port', '0'], { cwd: file('busy'), env })
  const said = listen(child)
  const listened = () => said().match(/listening on (\S+)/g) ?? []
  await expect.poll(said).toContain('└')
  // The address first, and then the rest, as with start.
  expect(said()).toMatch(/^Buzzer listening on /)
  const [url = ''] = /http:\/\/\S+/.exec(said()) ?? []
  await fetch(`${url}/v1/operations/hang/jobs`, { method: 'POST' })
  await expect.poll(said).toContain('hangs in first')
  await write('busy/buzzer.config.mjs', config('second'))
  await expect.poll(listened).toHaveLength(2)
  await expect.poll(said).toContain('hangs in second')
  child.kill('SIGTERM')
  expect((await ended(child)).exitCode).toBe(0)
}, 30_000)

test('dev starts again at each change, on the same port, and survives a mistake', async () => {
  const child = start(['dev', '--port', '0', '--data', file('dev')], { cwd: folder })
  const said = listen(child)
  const listened = () => said().match(/listening on (\S+)/g) ?? []
  await expect.poll(listened).toHaveLength(1)
  await write('answer.ts', 'export const answer = = 1')
  await expect.poll(said).toContain('The server goes on as it was')
  await write('answer.ts', "export const answer = 'two'")
  await write('buzzer.config.ts', configOf('reply'))
  await expect.poll(listened).toHaveLength(2)
  expect(said()).toContain('- operation ask\n  + operation reply')
  child.kill('SIGTERM')
  expect((await ended(child)).exitCode).toBe(0)
  expect(new Set(listened()).size).toBe(1)
}, 30_000)
