import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from './testing/command-line.ts'

const document = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Old & grey API', version: '1' },
  servers: [{ url: 'http://10.1.2.3:8080/v2' }],
  paths: {
    '/things': {
      get: { operationId: 'listThings', responses: { 200: { description: 'ok' } } },
      post: { responses: { 201: { description: 'made' } } },
    },
  },
})

describe('import', () => {
  let folder = ''
  let elsewhere = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'buzzer-import-'))
    elsewhere = await mkdtemp(join(tmpdir(), 'buzzer-import-'))
    await writeFile(join(elsewhere, 'openapi.json'), document)
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
    await rm(elsewhere, { recursive: true })
  })
  const call = (...argv: readonly string[]) => run(['import', ...argv], { cwd: folder })

  test('--dry-run --json prints the readiness report and changes nothing', async () => {
    const { stdout, exitCode } = await call(join(elsewhere, 'openapi.json'), '--dry-run', '--json')
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout) as { operations: object[]; notes: unknown }
    expect(Object.keys(report)).toEqual(['operations', 'notes'])
    expect(report.operations.map((operation) => Object.keys(operation))).toEqual(
      report.operations.map(() => ['name', 'method', 'path', 'mode', 'idempotency', 'notes']),
    )
    expect(report.operations).toMatchObject([
      { name: 'old-grey-api.listThings', method: 'GET', path: '/things', mode: 'adaptive' },
      { method: 'POST', path: '/things', mode: 'async' },
    ])
    await expect(readFile(join(folder, 'old-grey-api.openapi.json'))).rejects.toThrow('ENOENT')
  })

  test('--dry-run prints a table, and a note once', async () => {
    const { stdout } = await call(join(elsewhere, 'openapi.json'), '--dry-run', '--name', 'old')
    expect(stdout).toContain("Old & grey API: 2 operations, as service 'old'")
    expect(stdout).toMatch(/^ {2}GET +\/things +old\.listThings +adaptive +optional +1$/m)
    expect(stdout).toMatch(/^ {2}1 {2}adaptive: /m)
  })

  test('keeps a copy beside the configuration and prints what to add', async () => {
    const source = join(elsewhere, 'openapi.json')
    const { stdout, exitCode } = await call(source, '--name', 'old')
    expect(exitCode).toBe(0)
    expect(await readFile(join(folder, 'old.openapi.json'), 'utf8')).toBe(document)
    expect(stdout).toContain(
      "old: service({ openapi: './old.openapi.json', url: 'http://10.1.2.3:8080/v2' }),",
    )
    expect(stdout).toContain("outbound: { allow: ['10.1.2.3:8080'] }")
  })

  test('what lies beside it already is not copied', async () => {
    await writeFile(join(folder, 'mine.json'), document)
    const { stdout } = await call('mine.json', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ service: 'mine', file: join(folder, 'mine.json') })
  })

  test('another file is lost only with --force', async () => {
    await writeFile(join(folder, 'old.openapi.json'), 'precious')
    const source = join(elsewhere, 'openapi.json')
    const refused = await call(source, '--name', 'old')
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain('fix: add --force')
    expect(await readFile(join(folder, 'old.openapi.json'), 'utf8')).toBe('precious')
    expect((await call(source, '--name', 'old', '--force')).exitCode).toBe(0)
    expect(await readFile(join(folder, 'old.openapi.json'), 'utf8')).toBe(document)
  })

  test.each([
    ['a file that is not there', 'nothing.yaml', /no such file/],
    ['a server that is not there', 'http://127.0.0.1:1/a.json', /cannot be read/],
    ['a page of another kind', 'page.html', /cannot be imported/],
  ])('%s is an error', async (_, source, reason) => {
    await writeFile(join(folder, 'page.html'), '<html>')
    const { stderr, exitCode } = await call(source, '--dry-run')
    expect(stderr).toMatch(reason)
    expect(exitCode).toBe(1)
  })

  test('a configuration that cannot be used is no hindrance', async () => {
    await writeFile(join(folder, 'buzzer.config.mjs'), 'export const a = 1')
    const { exitCode } = await call(join(elsewhere, 'openapi.json'), '--dry-run')
    expect(exitCode).toBe(0)
  })
})
