import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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

  test('names the service by its title, whose accents are lost rather than their letters', async () => {
    await writeFile(join(folder, 'api.json'), document.replace('Old & grey', 'Öffentliche Café'))
    const { stdout } = await call('api.json', '--dry-run')
    expect(stdout).toContain("as service 'offentliche-cafe-api'")
  })

  test.each([
    ['nothing.yaml', 'there is no such file'],
    ['.', 'it is a folder'],
  ])('says why it cannot read %s', async (path, reason) => {
    const { stderr, exitCode } = await call(path, '--dry-run')
    expect(stderr).toContain(`${join(folder, path)} cannot be read: ${reason}`)
    expect(exitCode).toBe(1)
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

describe('import of AsyncAPI', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'buzzer-import-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
  })
  const fixture = (name: string): string =>
    join(import.meta.dirname, '../contracts/asyncapi/fixtures', name)
  const call = (...argv: readonly string[]) => run(['import', ...argv], { cwd: folder })

  test('--dry-run --json prints what each channel becomes, and changes nothing', async () => {
    const { stdout, exitCode } = await call(fixture('orders-2.6.yaml'), '--dry-run', '--json')
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout) as { channels: object[]; notes: unknown }
    expect(Object.keys(report)).toEqual(['channels', 'notes'])
    expect(report.channels.map((channel) => Object.keys(channel))).toEqual(
      report.channels.map(() => ['name', 'address', 'directions', 'messages', 'notes']),
    )
    expect(report.channels[0]).toMatchObject({ name: 'orders.{order_id}.status' })
    expect(await readdir(folder)).toEqual([])
  })

  test('names the service by its title, whose accents are lost rather than their letters', async () => {
    await writeFile(join(folder, 'api.json'), document.replace('Old & grey', 'Öffentliche Café'))
    const { stdout } = await call('api.json', '--dry-run')
    expect(stdout).toContain("as service 'offentliche-cafe-api'")
  })

  test('--dry-run prints a table, and a note once', async () => {
    const { stdout } = await call(fixture('chat-3.0.json'), '--dry-run')
    expect(stdout).toContain('Chat: 5 channels')
    expect(stdout).toMatch(
      /^ {2}rooms\.\{room\}\.messages +rooms\.\{room\}\.messages +send, receive/m,
    )
    expect(stdout.match(/it has no messages/g)).toHaveLength(1)
  })

  test('keeps the channels beside the configuration, once', async () => {
    const { stdout, exitCode } = await call(fixture('chat-3.0.json'), '--name', 'chat')
    expect(exitCode).toBe(0)
    expect(stdout).toContain("import { chat } from './chat.channels.ts'")
    expect(stdout).toContain('channels: { ...chat },')
    const written = await readFile(join(folder, 'chat.channels.ts'), 'utf8')
    expect(written).toContain('"rooms.{room}.messages": channel({ data: {')
    const again = await call(fixture('chat-3.0.json'), '--name', 'chat')
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('is there already')
    expect((await call(fixture('chat-3.0.json'), '--name', 'chat', '--force')).exitCode).toBe(0)
  })

  test('says what it could not read of a document, what is not checked first', async () => {
    const { stdout, stderr } = await call(fixture('formats-3.1.yaml'), '--name', 'formats')
    expect(stderr).toMatch(
      /^ {2}! formats\.remote: .*outside of the document, which is not fetched$/m,
    )
    expect(stderr).toMatch(/^ {2}! \S+: .*protobuf.*any data is taken$/m)
    expect(stdout).not.toContain('protobuf')
  })

  test('names of many notes a dozen, and says how many there are', async () => {
    const channels = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`c-${index}`, { address: `a+b${index}` }]),
    )
    const text = JSON.stringify({ asyncapi: '3.0.0', channels })
    await writeFile(join(folder, 'many.json'), text)
    const { stderr } = await call('many.json')
    expect(stderr).toContain('  ! a-b0 and 19 more: it has no messages')
    expect(stderr.match(/^ {2}[!·] /gm)).toHaveLength(12)
    expect(stderr).toContain('… and 9 notes more; --dry-run shows all')
  })

  test.each([
    ['asyncapi: 1.2.0\ntopics: {}', 1, 'AsyncAPI 1.2.0'],
    ['asyncapi: 3.0.0\nchannels: { a: 1 }', 1, '/channels/a must be an object'],
    [
      'asyncapi: 3.0.0\nchannels: { a: { messages: { m: { payload: { type: strin } } } } }',
      1,
      '#/channels/a/messages/m/payload/type "strin" is no type',
    ],
    ['', 1, 'is neither an OpenAPI nor an AsyncAPI document'],
    ['hello: 1', 1, 'is neither an OpenAPI nor an AsyncAPI document'],
  ])('refuses %j and says where it is wrong', async (text, exitCode, why) => {
    await writeFile(join(folder, 'wrong.yaml'), text)
    const outcome = await call('wrong.yaml', '--dry-run')
    expect(outcome.exitCode).toBe(exitCode)
    expect(outcome.stderr).toContain(why)
  })

  test('--upstream is for OpenAPI', async () => {
    const flags = ['--url', 'http://127.0.0.1:1', '--upstream', 'http://127.0.0.1:2']
    const { stderr, exitCode } = await call(fixture('chat-3.0.json'), ...flags)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--upstream is for an OpenAPI document')
  })
})
