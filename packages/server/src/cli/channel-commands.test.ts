import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { Interrupted } from './terminal.ts'
import { run, type Given } from './testing/command-line.ts'
import { news } from './testing/fake-channel.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'

let server: FakeServer

beforeAll(async () => {
  server = await startFakeServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const call = (argv: readonly string[], given: Given = {}) =>
  run(argv, { ...given, env: { BUZZER_URL: server.url, ...given.env } })

const sent = () =>
  server.requests
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => body as readonly Record<string, unknown>[])

describe('tail', () => {
  test('prints one event a line, and a gap beside them', async () => {
    const { stdout, stderr, exitCode } = await call([
      'tail',
      'news',
      '--since',
      '7',
      '--limit',
      '3',
    ])
    expect(stdout.split('\n')).toEqual([
      '10:00:00.000  thing  ann  {"at":1}',
      '10:00:00.000  thing  3 B',
      '10:00:00.000  other',
      '',
    ])
    expect(stderr).toContain('what came before offset 41 is not kept any more')
    expect(exitCode).toBe(0)
  })

  test('--json tells a gap as JSON too', async () => {
    const { stderr } = await call(['tail', 'news', '--since', '7', '--limit', '1', '--json'])
    expect(JSON.parse(stderr)).toEqual({ reset: { oldest: '0000000000000041' } })
  })

  test.each(['sse', undefined])('--json gives CloudEvents as they came, over %s', async (way) => {
    const more = way === undefined ? [] : ['--protocol', way]
    const argv = ['tail', 'news', '--since', '0000000000000041', '--limit', '2', '--json', ...more]
    const { stdout } = await call(argv)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(news.slice(1))
  })

  test.each([
    ['with Ctrl-C', ['news'], 130, 'Interrupted'],
    ['where there is no such channel', ['olds'], 1, 'below channels'],
    ['with a wrong offset', ['news', '--since', 'x'], 2, 'Write an offset'],
    ['with a wrong protocol', ['news', '--protocol', 'mqtt'], 2, 'ws, sse, poll'],
  ])('ends %s', async (_, argv, exitCode, said) => {
    const interrupt = AbortSignal.abort(new Interrupted())
    const ended = await call(['tail', ...argv], exitCode === 130 ? { interrupt } : {})
    expect(ended.stderr).toContain(said)
    expect(ended.exitCode).toBe(exitCode)
  })
})

describe('publish', () => {
  test('sends one event and says where it stands', async () => {
    const argv = ['publish', 'news', '{"price":1}', '--type', 'price', '--subject', 'ACME']
    const { stdout, stderr, exitCode } = await call([...argv, '--id', '7', '--source', '/shop'])
    expect(sent().at(-1)).toEqual([
      {
        specversion: '1.0',
        id: '7',
        source: '/shop',
        type: 'price',
        subject: 'ACME',
        data: { price: 1 },
      },
    ])
    expect(stdout).toBe('44  7\n')
    expect(stderr).toContain('buzzer tail news --since 43')
    expect(exitCode).toBe(0)
  })

  test('takes what is piped in, where no data is named', async () => {
    await call(['publish', 'news'], { stdin: '{"a":1}\n' })
    expect(sent().at(-1)).toMatchObject([{ data: { a: 1 } }])
  })

  test.each([
    ['an empty pipe', { stdin: ' \n' }],
    ['a terminal', { keys: '' }],
  ])('does not take %s for an event without data', async (_, given) => {
    const before = server.requests.length
    const { stderr, exitCode } = await call(['publish', 'news'], given)
    expect(stderr).toMatch(/There is no data.*\n.*give it.*or -.*--no-data/)
    expect({ exitCode, requests: server.requests.length - before }).toEqual({
      exitCode: 2,
      requests: 0,
    })
  })

  test('says of a file that is not JSON how its bytes are sent', async () => {
    await using folder = await temporaryFolder('publish')
    await writeFile(join(folder.path, 'x y.bin'), new Uint8Array([0, 1, 255]))
    for (const given of [['--file', 'x y.bin'], ['@x y.bin']]) {
      const { stderr } = await call(['publish', 'news', ...given], { cwd: folder.path })
      expect(stderr).toContain(`--file 'x y.bin' --content-type`)
    }
  })

  test('writes what to do next so that it can be pasted', async () => {
    const { stderr } = await call(['publish', 'typing.a b', '1'])
    expect(stderr).toContain(`buzzer tail 'typing.a b' --since 43`)
  })

  test.each(['jobs.x', 'operations.x', 'presence.x'])(
    'does not say to declare %s',
    async (name) => {
      const { stderr, exitCode } = await call(['publish', name, '1'])
      expect(stderr).toContain('code: channel-not-found')
      expect(stderr).not.toContain('declare it')
      expect(exitCode).toBe(1)
    },
  )

  test('shows data of a channel where it is not JSON', async () => {
    const { stderr } = await call(['publish', 'news', '{'])
    expect(stderr).toContain(`'{"price":12}'`)
  })

  test('takes no data, standard input, and a file with its type', async () => {
    await using folder = await temporaryFolder('publish')
    await writeFile(join(folder.path, 'cat'), new Uint8Array([0, 1, 255]))
    await call(['publish', 'news', '--no-data'], { stdin: '1' })
    await call(['publish', 'news', '-', '--json'], { stdin: '[1]' })
    const argv = ['publish', 'news', '--file', 'cat', '--content-type', 'image/x', '--json']
    const { stdout } = await call(argv, { cwd: folder.path })
    expect(sent().at(-3)?.[0]).not.toHaveProperty('data')
    expect(sent().slice(-3)).toMatchObject([
      [{ type: 'message', source: '/channels/news' }],
      [{ data: [1] }],
      [{ data_base64: 'AAH/', datacontenttype: 'image/x' }],
    ])
    expect(JSON.parse(stdout)).toMatchObject({ events: [{ sequence: '0000000000000044' }] })
  })

  test('--lines sends each line in few requests, and CloudEvents as they are', async () => {
    const before = sent().length
    const cloudEvent = { ...news[1], extra: 'x' }
    const data = Array.from({ length: 1_100 }, (_, at) => JSON.stringify({ at }))
    const stdin = [JSON.stringify(cloudEvent), '', ...data, ''].join('\n')
    const { stdout } = await call(['publish', 'news', '--lines', '--type', 't'], { stdin })
    const requests = sent().slice(before)
    expect(requests.map((events) => events.length)).toEqual([1_000, 101])
    const [first, second] = requests[0] ?? []
    const { sequence: _, ...asItWas } = cloudEvent
    expect(first).toEqual(asItWas)
    expect(second).toMatchObject({ type: 't', data: { at: 0 } })
    expect(stdout).toBe('1101 events, the last one 144\n')
    const told = await call(['publish', 'news', '--lines', '--json'], { stdin: '{}\n' })
    expect(JSON.parse(told.stdout)).toMatchObject({
      events: [{ id: expect.any(String) as string, sequence: '0000000000000044' }],
    })
  })

  const lines = (count: number, last: string) =>
    [...Array.from({ length: count }, () => '{}'), '', last, '{}'].join('\n')

  test.each([
    ['is not JSON', '{', 2, 'Line 1102 is not JSON'],
    ['is refused', '"bad"', 1, 'Line 1102 is refused'],
  ])('--lines tells which line %s, and what is published', async (_, bad, code, what) => {
    const { stderr, exitCode } = await call(['publish', 'news', '--lines'], {
      stdin: lines(1_100, bad),
    })
    expect(stderr).toContain(what)
    expect(stderr).toContain('1000 lines before line 1001 are published, and none from there on.')
    expect(stderr).toContain('publish again from line 1001 on')
    expect(stderr).not.toMatch(/nothing was published|before it were/)
    expect(exitCode).toBe(code)
    const asJson = await call(['publish', 'news', '--lines', '--json'], {
      stdin: lines(1_100, bad),
    })
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { line: 1_102, published: 1_000 } })
  })

  test('--lines says of a refused line why, and that none is published', async () => {
    const { stderr } = await call(['publish', 'news', '--lines'], { stdin: '1\n"bad"\n' })
    expect(stderr).toContain('line 2: /data: has to be an object')
    expect(stderr).toContain('No line is published.')
  })

  test('--lines says what is published where the server goes away', async () => {
    const given = { stdin: '1', env: { BUZZER_URL: 'http://127.0.0.1:1' } }
    const { stderr, exitCode } = await call(['publish', 'news', '--lines', '--json'], given)
    const { error } = JSON.parse(stderr) as { error: { details: string[] } }
    expect(error).toMatchObject({ code: 'unreachable', line: null, published: 0 })
    expect(error.details.at(-1)).toContain('of those from line 1 on it is not known')
    expect(exitCode).toBe(3)
  })

  test.each([
    ['data twice', ['1', '--file', 'x']],
    ['data and none', ['1', '--no-data']],
    ['data and lines', ['1', '--lines']],
    ['an id and lines', ['--lines', '--id', '1']],
    ['a type without a file', ['1', '--content-type', 'image/png']],
    ['a file that is not there', ['--file', 'nowhere']],
    ['what is not JSON', ['{']],
  ])('refuses %s', async (_, argv) => {
    const before = server.requests.length
    const { exitCode, stderr } = await call(['publish', 'news', ...argv])
    expect({ exitCode, requests: server.requests.length - before }).toEqual({
      exitCode: 2,
      requests: 0,
    })
    expect(stderr).toContain('code: wrong-usage')
  })
})
