import { execFile } from 'node:child_process'
import { copyFile, readFile, realpath, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compiler } from '../../scripts/build/compile.ts'
import { installPackages, machinePath, type Installed } from '../support/installed.ts'
import { installedBytes } from '../support/installed-bytes.ts'
import { startServer } from '../support/server.ts'
import { bundleForBrowsers } from './bundle.ts'
import { oldMachineNode } from './machine-node.ts'
import { checkTypes, linkNodeTypes, startProgram } from './project.ts'

const run = promisify(execFile)
const files = ['buzzer.config.ts', 'typed.ts']
const appFile = (name: string): string => fileURLToPath(new URL(`app/${name}`, import.meta.url))
/** What somebody writes who has no TypeScript; it is given the server's address. */
const script = `
import { createClient } from '@buzzer/client'

const client = createClient({ url: process.argv[2] })
const jobs = [
  await client.submit('add', { left: 2, right: 40 }),
  await client.submit('add-in-thread', { left: 3, right: 40 }),
]
console.log(JSON.stringify(await Promise.all(jobs.map((job) => job.result()))))
`
const old = oldMachineNode()
const onOldNode =
  old === null
    ? 'the same on an older Node, skipped because this machine has none'
    : `the same where the machine's own Node is ${old}`

describe('the packages as they are published, installed elsewhere', () => {
  const parts = new AsyncDisposableStack()
  let installed: Installed
  const inProject = (...names: readonly string[]): string => join(installed.path, ...names)

  beforeAll(async () => {
    installed = parts.use(await installPackages())
    await Promise.all(files.map((name) => copyFile(appFile(name), inProject(name))))
    await writeFile(inProject('call.mjs'), script)
  })
  afterAll(() => parts.disposeAsync())

  /** Starts the command as a shell finds it on this PATH, and calls it by a plain script. */
  async function serveAndCall(PATH: string): Promise<unknown> {
    await using server = await startServer({
      program: inProject('node_modules/.bin/buzzer'),
      config: inProject('buzzer.config.ts'),
      data: inProject('data'),
      env: { PATH },
    })
    const env = { ...process.env, PATH }
    const { stdout } = await run('node', [inProject('call.mjs'), server.url], { env })
    // The renderer comes with the package, without those that it was made of.
    const docs = (await fetch(`${server.url}/docs/scalar.js`)).status
    const { code } = await server.stop()
    return {
      results: JSON.parse(stdout) as unknown,
      docs,
      code,
      warnings: warningsIn(server.stderr()),
    }
  }
  const warningsIn = (log: string): readonly string[] => log.match(/^.*Warning:.*$/gm) ?? []
  const served = { results: [{ sum: 42 }, { sum: 43 }], docs: 200, code: 0, warnings: [] }

  test('publint finds nothing to say', async () => {
    const reports = await Promise.all(
      installed.staged.map(async (pkgDir) => {
        const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false })
        return messages.map((message) => `${pkg['name']}: ${formatMessage(message, pkg)}`)
      }),
    )
    expect(reports).toEqual([[], [], []])
  })

  test('npx buzzer says its version', async () => {
    const { stdout } = await run('npx', ['buzzer', '--version'], { cwd: installed.path })
    const manifest = await readFile(inProject('node_modules/buzzer/package.json'), 'utf8')
    expect(manifest).toContain(`"version": "${stdout.trim()}"`)
  })

  test('a server runs a TypeScript configuration, also in threads, and is called', async () => {
    const node = inProject('node_modules/.bin')
    expect(await serveAndCall([node, machinePath()].join(delimiter))).toEqual(served)
  })

  test.skipIf(old === null)(onOldNode, async () => {
    expect(await serveAndCall(machinePath())).toEqual(served)
  })

  test('a strict project type-checks against it, its declarations included', async () => {
    const compilerOptions = {
      target: 'esnext',
      module: 'nodenext',
      types: [],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      allowImportingTsExtensions: true,
    }
    const config = { compilerOptions, files: ['typed.ts'] }
    await writeFile(inProject('tsconfig.json'), JSON.stringify(config))
    const checking = run(process.execPath, [compiler(), '--project', installed.path])
    const checked: unknown = await checking.catch((error: unknown) => error)
    expect(checked).toMatchObject({ stdout: '' })
  })

  describe('what buzzer init makes', () => {
    const buzzer = (...args: readonly string[]) =>
      run(inProject('node_modules/.bin/buzzer'), args, { cwd: installed.path })
    beforeAll(() => linkNodeTypes(installed.path))

    // At the same time, each in a folder of its own: half of it is waiting.
    test.concurrent.for(['handler', 'report'])(
      'of %s type-checks, starts, and is called',
      async (template) => {
        const folder = inProject(template)
        await buzzer('init', template, '--template', template)
        expect(await checkTypes(folder)).toBe('')
        await using server = await startServer({
          program: inProject('node_modules/.bin/buzzer'),
          config: join(folder, 'buzzer.config.ts'),
          data: join(folder, 'data'),
        })
        const env = { ...process.env, BUZZER_URL: server.url }
        const { stdout } = await run(process.execPath, ['call.ts'], { cwd: folder, env })
        expect(stdout).toContain('job.succeeded')
        expect(stdout).toContain(template === 'handler' ? 'Hello, Ada!' : 'Page 5 of 5')
      },
    )

    test.concurrent('of service type-checks, starts, and wraps the API', async () => {
      const folder = inProject('service')
      await buzzer('init', 'service', '--template', 'service', '--json')
      expect(await checkTypes(folder)).toBe('')
      await using api = await startProgram(join(folder, 'api.ts'), { PORT: '0' })
      const [API_URL = ''] = /http:\S+/.exec(api.said) ?? []
      await using server = await startServer({
        program: inProject('node_modules/.bin/buzzer'),
        config: join(folder, 'buzzer.config.ts'),
        data: join(folder, 'data'),
        env: { API_URL },
      })
      const tours = await fetch(`${server.url}/api/legacy/tours`)
      expect([tours.status, await tours.json()]).toEqual([200, ['Andalusia', 'Bohemia', 'Crete']])
      const slow = await fetch(`${server.url}/api/legacy/tours/crete/report`, { method: 'POST' })
      expect(slow.status).toBe(202)
      const { id } = (await slow.json()) as { readonly id: string }
      const wait = { headers: { prefer: 'wait=30' } }
      const result = await fetch(`${server.url}/v1/jobs/${id}/result`, wait)
      expect([result.status, await result.json()]).toEqual([201, { pages: 12 }])
    })
  })

  test('without the Node binary it takes less than 150 MB', async () => {
    expect(await installedBytes(installed.path)).toBeLessThan(150_000_000)
  })

  test("the client is for browsers: no Node module, and nobody else's code", async () => {
    await writeFile(inProject('page.mjs'), `export * from '@buzzer/client'\n`)
    const { files: used, imports, bytes } = await bundleForBrowsers(inProject('page.mjs'))
    const own = join(await realpath(installed.path), 'node_modules/@buzzer/')
    expect(imports).toEqual([])
    expect(used.filter((file) => !file.startsWith(own))).toEqual([])
    expect(bytes).toBeLessThan(50_000)
  })
})
