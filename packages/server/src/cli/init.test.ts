import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from './testing/command-line.ts'

let folder = ''
const at = (...names: readonly string[]): string => join(folder, ...names)
const init = (...args: readonly string[]) => run(['init', ...args], { cwd: folder })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-init-'))
})
afterEach(() => rm(folder, { recursive: true }))

// That each type-checks, starts and runs a job is shown in test/package, where it is installed.
describe('init', () => {
  const common = [
    '.env.example',
    '.gitignore',
    'README.md',
    'buzzer.config.ts',
    'package.json',
    'tsconfig.json',
  ]

  test.each([
    ['handler', ['call.ts']],
    ['service', ['api.ts', 'api.yaml']],
    ['report', ['call.ts']],
  ])('makes a %s, and says what next', async (template, own) => {
    const { stdout, stderr, exitCode } = await init('My Orders', '--template', template)
    expect(exitCode).toBe(0)
    const files = [...common, ...own].toSorted()
    expect((await readdir(at('My Orders'))).toSorted()).toEqual(files)
    for (const file of files) expect(stdout).toContain(`  ${file}\n`)
    expect(stderr).toMatch(
      /Next:\n {2}cd 'My Orders'\n {2}npm install +and the archives.*\n {2}npm run dev/,
    )
    const manifest = JSON.parse(await readFile(at('My Orders/package.json'), 'utf8')) as object
    expect(manifest).toMatchObject({ name: 'my-orders', type: 'module' })
    expect(Object.values(await texts(at('My Orders'))).join('\n')).not.toMatch(/\\`|\\\$|[ \t]$/m)
  })

  test('takes the first where nobody can be asked, in this folder', async () => {
    const { stdout } = await init('--json')
    const { files, ...rest } = JSON.parse(stdout) as { readonly files: readonly string[] }
    expect(rest).toEqual({ folder, template: 'handler' })
    expect((await readdir(folder)).toSorted()).toEqual(files.toSorted())
  })

  test('names every file that would be lost, and makes none', async () => {
    await writeFile(at('package.json'), 'mine')
    await mkdir(at('README.md'))
    const { stderr, exitCode } = await init()
    expect(stderr).toContain(
      `✗ 2 files are there already.\n  ${at('package.json')}\n  ${at('README.md')}\n  fix:`,
    )
    expect([exitCode, await readdir(folder)]).toEqual([1, ['README.md', 'package.json']])
    expect(await readFile(at('package.json'), 'utf8')).toBe('mine')
  })

  test('leaves nothing where it cannot write all', async () => {
    await writeFile(at('file'), '')
    const { stderr, exitCode } = await init('file/below')
    expect(stderr).toContain('nothing was made')
    expect([exitCode, await readdir(folder)]).toEqual([1, ['file']])
  })

  test('refuses a template that is none', async () => {
    const { stderr, exitCode } = await init('--template', 'handlr')
    expect(stderr).toContain('Allowed choices are handler, service, report')
    expect(exitCode).toBe(2)
  })
})

async function texts(path: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(path)
  const found = names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(found))
}
