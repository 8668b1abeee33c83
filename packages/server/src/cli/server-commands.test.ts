import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { Interrupted } from './terminal.ts'
import { run, type Given } from './testing/command-line.ts'
import { jobId, startFakeServer, type FakeServer } from './testing/fake-server.ts'

let server: FakeServer

beforeAll(async () => {
  server = await startFakeServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const call = (argv: readonly string[], given: Given = {}) =>
  run(argv, { ...given, env: { BUZZER_URL: server.url, ...given.env } })

describe('submit', () => {
  test('sends what it was told and goes on', async () => {
    const argv = ['submit', 'works', '{"month":"2026-10"}', '--priority', '0', '--key', 'k']
    const more = [
      '--delay',
      '5m',
      '--deadline',
      '2027-01-01T00:00:00Z',
      '--tag',
      'a,b',
      '--tag',
      'c',
    ]
    const { stdout, exitCode } = await call([...argv, ...more, '--idempotency-key', 'once'], {
      env: { BUZZER_KEY: 'bzk_secret' },
    })
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`${jobId('works')}  queued\n`)
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/operations/works/jobs',
      body: { month: '2026-10' },
      headers: {
        'prefer': 'respond-async',
        'idempotency-key': '"once"',
        'buzzer-priority': '0',
        'buzzer-key': 'k',
        'buzzer-delay': '300000ms',
        'buzzer-deadline': '2027-01-01T00:00:00.000Z',
        'buzzer-tags': 'a,b,c',
        'authorization': 'Bearer bzk_secret',
      },
    })
  })

  test.each([
    ['standard input', ['submit', 'works', '-'], '{"a":1}', { a: 1 }],
    ['no input', ['submit', 'works'], '', null],
  ])('takes %s', async (_, argv, stdin, body) => {
    expect((await call(argv, { stdin })).exitCode).toBe(0)
    expect(server.requests.at(-1)?.body).toEqual(body)
  })

  test.each([
    ['the result', ['works'], 0, '{"pages":10}\n'],
    ['bytes as they are', ['draws'], 0, 'PNG'],
    ['nothing of a job that failed', ['fails'], 1, ''],
  ])('--wait prints %s', async (_, argv, exitCode, stdout) => {
    const ended = await call(['submit', ...argv, '--wait'])
    expect(ended).toMatchObject({ exitCode, stdout })
  })

  test.each([
    ['works', 0, { state: 'succeeded', result: { pages: 10 } }],
    ['draws', 0, { result: { mediaType: 'image/png', base64: 'UE5H' } }],
    ['fails', 1, { state: 'failed', error: { code: 'handler-failed' } }],
  ])('--wait --json prints the job that %s', async (operation, exitCode, job) => {
    const ended = await call(['submit', operation, '--wait', '--json'])
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: jobId(operation), ...job })
    expect(ended.exitCode).toBe(exitCode)
  })

  test('--json prints the job with its token', async () => {
    const { stdout } = await call(['submit', 'works', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id: jobId('works'), token: 'bzj_token' })
  })

  test('says why it was refused, where, and where to read on', async () => {
    const { stderr, exitCode } = await call(['submit', 'refused', '{}'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('/month: is missing')
    expect(stderr).toContain('code: validation-failed  http://127.0.0.1/problems/')
  })
})

describe('jobs', () => {
  test.each([
    [['jobs'], '/v1/jobs?limit=20'],
    [['jobs', '--json'], '/v1/jobs?limit=20'],
    [
      ['jobs', 'list', '--state', 'failed', '--operation', 'a', '--tag', 'b', '--limit', '3'],
      '/v1/jobs?operation=a&state=failed&tag=b&limit=3',
    ],
    [
      ['jobs', 'list', '--after', '2026-01-01T00:00:00Z', '--cursor', 'c'],
      '/v1/jobs?after=2026-01-01T00%3A00%3A00.000Z&limit=20&cursor=c',
    ],
    [['dead-letters', 'list', '--operation', 'a'], '/v1/dead-letters?operation=a&limit=20'],
    [
      ['dead-letters', 'list', '--code', 'c', '--id', 'a', '--id', 'b', '--before', '2026-01-01'],
      '/v1/dead-letters?code=c&before=2026-01-01T00%3A00%3A00.000Z&ids=a%2Cb&limit=20',
    ],
  ])('%j asks for %s', async (argv, path) => {
    const { stdout, exitCode } = await call(argv)
    expect(stdout).toContain(jobId('works'))
    expect(server.requests.at(-1)?.path).toBe(path)
    expect(exitCode).toBe(0)
  })

  test('a list looks on where a page has none', async () => {
    const { stdout } = await call(['jobs', 'list', '--operation', 'rare'])
    expect(stdout).toContain(jobId('works'))
    expect(server.requests.at(-1)?.path).toBe('/v1/jobs?operation=rare&limit=20&cursor=behind')
  })

  test('a list has titles, a line each, and says that there is more', async () => {
    const { stdout, stderr } = await call(['jobs'])
    const [head, line] = stdout.split('\n')
    expect(head).toMatch(/^JOB +OPERATION +STATE +ATTEMPT +AGE$/)
    expect(line).toMatch(/^job_\S+ {2}works +running +1\/5 +\d+[smhd] +50% {2}half way$/)
    expect(stderr).toContain('--cursor more')
  })

  test('show prints everything about a job, or its result', async () => {
    const shown = await call(['jobs', 'show', jobId('fails')])
    expect(shown.stdout).toContain('handler-failed  It broke.')
    const result = await call(['jobs', 'show', jobId('works'), '--result'])
    expect(result.stdout).toBe('{"pages":10}\n')
    const json = await call(['jobs', 'show', jobId('works'), '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ id: jobId('works') })
  })

  test.each([
    ['bytes', 'draws', 'PNG', 'image/png'],
    ['JSON', 'works', '{"pages":10}', 'application/json'],
  ])('result puts %s into a file', async (_, operation, content, mediaType) => {
    await using folder = await temporaryFolder('result')
    const argv = ['jobs', 'result', jobId(operation), '--output', 'out.bin']
    const human = await call(argv, { cwd: folder.path })
    const file = join(folder.path, 'out.bin')
    expect(human).toMatchObject({ exitCode: 0, stdout: '' })
    expect(human.stderr).toContain(file)
    expect(await readFile(file, 'utf8')).toBe(content)
    const again = await call([...argv, '--json'], { cwd: folder.path })
    expect(JSON.parse(again.stdout)).toEqual({ file, bytes: content.length, mediaType })
    expect(await readdir(folder.path)).toEqual(['out.bin'])
  })

  test('result leaves no file where there is no result, or no place', async () => {
    await using folder = await temporaryFolder('result')
    const given = { cwd: folder.path }
    const failed = await call(['jobs', 'result', jobId('fails'), '-o', 'out.bin'], given)
    expect(failed.exitCode).toBe(1)
    const nowhere = await call(['jobs', 'result', jobId('works'), '-o', 'none/out.bin'], given)
    expect(nowhere.exitCode).toBe(1)
    expect(nowhere.stderr).toContain('output-not-written')
    expect(await readdir(folder.path)).toEqual([])
  })

  test.each([
    ['works', 0],
    ['fails', 1],
  ])('watch follows one that %s to its end', async (operation, exitCode) => {
    const human = await call(['jobs', 'watch', jobId(operation)])
    expect(human.exitCode).toBe(exitCode)
    expect(human.stdout).toMatch(/^10:00:00\.000 {2}running {2}attempt 1 of 5 {2}50% {2}half way\n/)
    const json = await call(['jobs', 'watch', jobId(operation), '--json'])
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(events).toHaveLength(2)
  })

  test('cancel and retry say how the job stands', async () => {
    const cancelled = await call(['jobs', 'cancel', jobId('hangs')])
    expect(cancelled.stdout).toBe(`${jobId('hangs')}  running, told to stop\n`)
    const retried = await call(['jobs', 'retry', jobId('fails')])
    expect(retried.stdout).toBe(`${jobId('fails')}  queued, run 2\n`)
    const letters = await call(['dead-letters', 'retry', '--json'])
    expect(letters.stdout).toBe('{"count":3}\n')
    const slowly = ['--operation', 'a', '--rate', '10/s', '--limit', '9']
    const again = await call(['dead-letters', 'retry', ...slowly])
    expect(again.stdout).toBe('3 to run again\n')
    expect(server.requests.at(-1)?.body).toEqual({ operation: 'a', rate: '10/s', limit: 9 })
  })

  test('discard says what it means', async () => {
    const all = await call(['dead-letters', 'discard', '--all', '--yes'])
    expect(all.stdout).toBe('3 discarded\n')
    expect(server.requests.at(-1)?.body).toEqual({ all: true })
    await call(['dead-letters', 'discard', '--group', 'g', '--yes', '--json'])
    expect(server.requests.at(-1)?.body).toEqual({ group: 'g' })
  })

  test.each([
    ['y', 'y\r', 0, /3 discarded/],
    ['anything else', 'what\r', 1, /Nothing was discarded/],
    ['Ctrl-C', '\u0003', 130, /Interrupted\./],
  ])('discard asks first, and takes %s', async (_, keys, exitCode, told) => {
    const before = server.requests.length
    const ended = await call(['dead-letters', 'discard', '--all'], { keys })
    expect(ended.exitCode).toBe(exitCode)
    expect(`${ended.stdout}${ended.stderr}`).toMatch(told)
    expect(server.requests.length - before).toBe(exitCode === 0 ? 1 : 0)
  })

  test('groups and schedules are shown as tables', async () => {
    const groups = await call(['dead-letters', 'groups', '--operation', 'a'])
    expect(server.requests.at(-1)?.path).toBe('/v1/dead-letters?operation=a&limit=20&groupBy=error')
    expect(groups.stdout).toMatch(
      /^COUNT +OPERATION +CODE +NEWEST +GROUP\n7 +works +handler-failed/,
    )
    const schedules = await call(['schedules'])
    expect(schedules.stdout).toMatch(
      /^OPERATION +CRON .*\nworks +0 3 \* \* \* +Europe\/Berlin +never/,
    )
    const fired = await call(['schedules', 'run', 'works'])
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/schedules/works/run',
    })
    expect(fired.stdout).toBe(`${jobId('works')}  queued\n`)
  })

  test('one that is not there is an error', async () => {
    const { stderr, exitCode } = await call(['jobs', 'show', 'job_none', '--json'])
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'job-not-found' } })
    expect(exitCode).toBe(1)
  })
})

describe('how a command ends', () => {
  test('3 where the server cannot be reached', async () => {
    const { stderr, exitCode } = await call(['jobs', '--url', 'http://127.0.0.1:1'])
    expect(stderr).toContain('Could not reach http://127.0.0.1:1')
    expect(stderr).toContain('fix: buzzer start')
    expect(exitCode).toBe(3)
  })

  test.each([
    ['json', 'openapi', 'OpenAPI'],
    ['yaml', 'openapi', 'OpenAPI'],
    ['json', 'asyncapi', 'AsyncAPI'],
    ['yaml', 'asyncapi', 'AsyncAPI'],
  ])('1 where a document of %s is no %s', async (form, command, title) => {
    const argv = [command, ...(form === 'yaml' ? ['--yaml'] : [])]
    const { stdout, stderr, exitCode } = await call(argv)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(stderr).toContain(`The answer is not an ${title} document.`)
    expect(stderr).toContain('code: unexpected-response')
  })

  test.each(['openapi', 'asyncapi'])('2 where %s is to be JSON and YAML', async (command) => {
    const { stdout, stderr, exitCode } = await call([command, '--yaml', '--json'])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(stderr).toContain('--yaml and --json')
  })

  test('2 where two options say when a job begins', async () => {
    const times = ['--delay', '1h', '--run-at', '2027-01-01T00:00:00Z']
    const { stderr, exitCode } = await call(['submit', 'works', ...times])
    expect(stderr).toContain('--delay and --run-at')
    expect(exitCode).toBe(2)
  })

  test.each([
    [['jobs', 'list', '--after', 'yesterday'], /or how long ago, such as '1h'/],
    [['submit', 'works', '--deadline', 'soon'], /or how long from now, such as '1h'/],
  ])('2 for %j, with what is taken', async (argv, taken) => {
    const { stderr, exitCode } = await call(argv)
    expect(stderr).toMatch(taken)
    expect(exitCode).toBe(2)
  })

  test('3 for a document too', async () => {
    expect((await call(['openapi', '--url', 'http://127.0.0.1:1'])).exitCode).toBe(3)
  })

  test.each([
    ['watch', ['jobs', 'watch', jobId('hangs')]],
    ['submit --wait', ['submit', 'hangs', '--wait']],
    ['submit --wait --json', ['submit', 'hangs', '--wait', '--json']],
  ])('130 where %s is interrupted', async (_, argv) => {
    const controller = new AbortController()
    const running = call(argv, { interrupt: controller.signal })
    const isStreaming = () => server.requests.at(-1)?.path.endsWith('/events') === true
    await expect.poll(isStreaming).toBe(true)
    controller.abort(new Interrupted())
    const { exitCode, stderr } = await running
    expect(exitCode).toBe(130)
    // Programs read one line of JSON, and nothing before it.
    if (argv.includes('--json'))
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'interrupted' } })
  })
})
