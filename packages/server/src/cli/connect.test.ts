import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { run } from './testing/command-line.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'

let server: FakeServer

beforeAll(async () => {
  server = await startFakeServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Surroundings {
  readonly config: string
  readonly dotEnv?: string
  readonly env?: Record<string, string>
  readonly flags?: readonly string[]
}

/** Lists the jobs of a server in a folder that has this configuration; `<port>` is that server's. */
async function listJobs({ config, dotEnv = '', env = {}, flags = [] }: Surroundings) {
  await using folder = await temporaryFolder('connect')
  const filled = (text: string): string => text.replaceAll('<port>', new URL(server.url).port)
  await writeFile(join(folder.path, 'buzzer.config.ts'), filled(config))
  await writeFile(join(folder.path, '.env'), filled(dotEnv))
  return await run(['jobs', 'list', ...flags.map(filled)], {
    cwd: folder.path,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
  })
}

const elsewhere = 'export default { port: 1 }'
const hangs = 'while (true) {}'

describe('a command finds the server', () => {
  test.each<[string, Surroundings]>([
    ['of the configuration', { config: 'export default { port: <port> }' }],
    ['that listens everywhere', { config: "export default { host: '0.0.0.0', port: <port> }" }],
    ['of .env first', { config: elsewhere, dotEnv: 'BUZZER_PORT=<port>' }],
    ['of the environment before it', { config: elsewhere, env: { BUZZER_PORT: '<port>' } }],
    [
      'whose port the configuration takes from .env',
      { config: 'export default { port: Number(process.env.MINE) }', dotEnv: 'MINE=<port>' },
    ],
    [
      'whatever the configuration prints',
      { config: 'console.log(1)\nexport default { port: <port> }' },
    ],
  ])('%s', async (_, surroundings) => {
    const { exitCode, stdout, stderr } = await listJobs({ ...surroundings, flags: ['--json'] })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toHaveProperty('jobs')
  })

  test.each<[string, Surroundings]>([
    ['BUZZER_URL', { config: hangs, env: { BUZZER_URL: 'http://127.0.0.1:<port>' } }],
    ['--url', { config: hangs, flags: ['--url', 'http://127.0.0.1:<port>'] }],
  ])('that %s names, and runs no configuration', async (_, surroundings) => {
    const { exitCode, stderr } = await listJobs(surroundings)
    expect(exitCode).toBe(0)
    expect(stderr).not.toContain('is asked')
  })

  test.each([
    ['never ends', 'await new Promise(() => {})', 'ends before it is loaded'],
    ['stands still', hangs, 'takes too long'],
    ['ends the process', 'process.exit(1)', 'ends before it is loaded'],
    ['fails', "throw new Error('no database')", 'no database'],
    ['names no host', "export default { host: 'http://x' }", "'http://x' is not a host"],
  ])('also where the configuration %s, which is told', async (_, config, hint) => {
    const broken = { config, env: { BUZZER_PORT: '<port>' } }
    const { exitCode, stderr } = await listJobs(broken)
    expect(exitCode).toBe(0)
    expect(stderr).toContain(hint)
    expect(stderr).toContain(`${server.url} is asked`)
    expect((await listJobs({ ...broken, flags: ['--json'] })).stderr).toBe('')
  })
})
