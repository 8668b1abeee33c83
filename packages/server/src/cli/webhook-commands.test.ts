import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { run, type Given } from './testing/command-line.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { secret } from './testing/fake-webhooks.ts'

let server: FakeServer

beforeAll(async () => {
  server = await startFakeServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const call = (argv: readonly string[], given: Given = {}) =>
  run(['webhooks', ...argv], { ...given, env: { BUZZER_URL: server.url, ...given.env } })

const last = () => server.requests.at(-1)

describe('create', () => {
  const url = 'https://example.com/hook'

  test('shows the secret, and how it is verified', async () => {
    const { stdout, stderr, exitCode } = await call(['create', url])
    expect(last()).toMatchObject({ method: 'POST', path: '/v1/webhooks', body: { url } })
    expect(stdout).toBe(`whk_good  enabled  ${url}\nsecret  ${secret}\n`)
    expect(stderr).toContain('verifyWebhook(body, headers, { secret })')
    expect(stderr).toContain('buzzer webhooks test whk_good')
    expect(exitCode).toBe(0)
  })

  test('sends all that it was told', async () => {
    const argv = [
      ['--channel', 'a.*,b', '--channel', 'c', '--type', 'job.*', '--description', 'mine'],
      ['--header', 'X-Key: a: b', '--header', 'X-Other:c', '--filter', '{"exact":{"type":"a"}}'],
      ['--mapping', '-', '--schedule', '0s, 5s,5m', '--timeout', '5s', '--concurrency', '4'],
      ['--ordered', '--rate', '60', '--max-failures', '9', '--max-failing', '2d'],
      ['--secret', secret, '--handshake', '--disabled'],
    ].flat()
    expect((await call(['create', url, ...argv], { stdin: '{"text":1}' })).exitCode).toBe(0)
    expect(last()?.body).toEqual({
      url,
      channels: ['a.*', 'b', 'c'],
      types: ['job.*'],
      description: 'mine',
      headers: { 'X-Key': 'a: b', 'X-Other': 'c' },
      filter: { exact: { type: 'a' } },
      mapping: { text: 1 },
      policy: {
        schedule: ['0s', '5s', '5m'],
        timeout: '5s',
        concurrency: 4,
        ordered: true,
        ratePerMinute: 60,
        disableAfter: { failures: 9, failingFor: '2d' },
      },
      secret,
      handshake: true,
      enabled: false,
    })
  })

  test('reads a filter from a file', async () => {
    await using folder = await temporaryFolder('webhooks')
    await writeFile(join(folder.path, 'f.json'), '{"suffix":{"subject":"x"}}')
    await call(['create', url, '--filter', '@f.json'], { cwd: folder.path })
    expect(last()?.body).toMatchObject({ filter: { suffix: { subject: 'x' } } })
  })

  test('says what to do about an address that is not allowed', async () => {
    const { stderr, exitCode } = await call(['create', 'http://127.0.0.1/'])
    expect(stderr).toContain('outbound.allow')
    expect(exitCode).toBe(1)
  })

  test.each([
    [['--header', 'no header'], 'X-Api-Key: abc'],
    [['--header', 'X-Empty:'], 'X-Empty has no value'],
    [['--schedule', 'soon'], '0s,5s,5m'],
    [['--timeout', '5'], 'Write a duration'],
    [['--filter', '{'], 'quote it for the shell'],
  ])('%j is wrong usage', async (argv, said) => {
    const { stderr, exitCode } = await call(['create', url, ...argv])
    expect(stderr).toContain(said)
    expect(exitCode).toBe(2)
  })
})

describe('change', () => {
  test('sends what is to be different, and null for none', async () => {
    const argv = ['--to', 'https://example.com/v2', '--no-filter', '--no-type', '--no-ordered']
    const more = ['--no-rate', '--header', 'X-Old:', '--if-version', '3']
    const { exitCode } = await call(['change', 'whk_good', ...argv, ...more])
    expect(last()).toMatchObject({
      method: 'PATCH',
      path: '/v1/webhooks/whk_good',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': '"3"' },
    })
    expect(last()?.body).toEqual({
      url: 'https://example.com/v2',
      filter: null,
      types: null,
      headers: { 'X-Old': null },
      policy: { ordered: false, ratePerMinute: null },
    })
    expect(exitCode).toBe(0)
  })

  test('asks what, where nothing is named', async () => {
    const before = server.requests.length
    const { stderr, exitCode } = await call(['change', 'whk_good'])
    expect(stderr).toContain('There is nothing to change.')
    expect({ exitCode, sent: server.requests.length - before }).toEqual({ exitCode: 2, sent: 0 })
  })
})

describe('what is shown', () => {
  test('a list says how each of them stands', async () => {
    const { stdout, stderr } = await call([])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^WEBHOOK +STATE +URL +CHANNELS +LAST SUCCESS$/)
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^whk_good +enabled +https.+ orders\.\*, operations\/\* +\d+d$/),
      expect.stringMatching(/^whk_fails +failing \(4\)/),
      expect.stringMatching(/^whk_off +disabled \(gone\)/),
    ])
    expect(stderr).toContain('--cursor more')
    expect(last()?.path).toBe('/v1/webhooks?limit=20')
  })

  test('one says everything', async () => {
    const { stdout } = await call(['show', 'whk_good'])
    for (const line of ['x-key: ***', 'after 0s, 5s, 5m', '60 a minute', '{"prefix":', 'version 3'])
      expect(stdout).toContain(line)
    expect(stdout).toContain('signs too until 2026-11-21')
  })

  test.each([
    ['whk_off', 'buzzer webhooks enable whk_off'],
    ['whk_fails', 'buzzer webhooks deliveries whk_fails --state failed'],
  ])('%s has a next step', async (id, hint) => {
    expect((await call(['show', id])).stderr).toContain(hint)
  })

  test('deliveries of all, and those of one, narrowed', async () => {
    const { stdout, stderr } = await call(['deliveries'])
    expect(stdout).toMatch(/^dlv_good +delivered +1\/3 +price +quotes\.ACME +\d+d +200$/m)
    expect(stdout).toMatch(/^dlv_fails +failed .+ 500 {2}The answer was 500\.$/m)
    expect(stderr).toContain('--cursor more')
    await call(['deliveries', '--job', 'job_1', '--limit', '3'])
    expect(last()?.path).toBe('/v1/deliveries?limit=3&job=job_1')
    const argv = ['--state', 'failed', '--type', 'price', '--event', 'evt_1', '--cursor', 'c']
    await call(['deliveries', 'whk_good', '--after', '2026-11-20T00:00:00Z', ...argv])
    expect(last()?.path).toBe(
      '/v1/webhooks/whk_good/deliveries?state=failed&type=price&event=evt_1' +
        '&after=2026-11-20T00%3A00%3A00.000Z&limit=20&cursor=c',
    )
  })

  test('a delivery says what was sent and answered', async () => {
    const { stdout, stderr } = await call(['delivery', 'dlv_fails'])
    expect(stdout).toContain('quotes.ACME, offset 42')
    expect(stdout).toContain('{"specversion":"1.0"}')
    expect(stdout).toMatch(/attempt 1 .+ 500 {2}The answer was 500\. {2}12 ms\n {4}first line\n/)
    expect(stderr).toContain('buzzer webhooks redeliver dlv_fails')
  })

  test('keys', async () => {
    expect((await call(['keys'])).stdout).toMatch(/^key_1 +ed25519 +whpk_A+=$/m)
  })
})

describe('what is done', () => {
  test.each<[readonly string[], string, unknown, string]>([
    [['enable', 'whk_off'], 'PATCH /v1/webhooks/whk_off', { enabled: true }, 'whk_off  enabled'],
    [['disable', 'whk_good'], 'PATCH /v1/webhooks/whk_good', { enabled: false }, 'disabled'],
    [['delete', 'whk_good', '--yes'], 'DELETE /v1/webhooks/whk_good', null, 'whk_good  deleted'],
    [['rotate-secret', 'whk_good'], 'POST /v1/webhooks/whk_good/rotate-secret', null, secret],
    [
      ['rotate-secret', 'whk_good', '--secret', secret],
      'POST /v1/webhooks/whk_good/rotate-secret',
      { secret },
      secret,
    ],
    [['test', 'whk_good', '--no-wait'], 'POST /v1/webhooks/whk_good/test', null, 'dlv_good'],
    [['test', 'whk_good'], 'GET /v1/deliveries/dlv_good', null, 'first line'],
    [['redeliver', 'dlv_fails'], 'POST /v1/deliveries/dlv_fails/redeliver', null, 'dlv_new'],
    [
      ['redeliver', '--failed', '--webhook', 'whk_good'],
      'POST /v1/webhooks/whk_good/redeliver',
      {},
      '7 to send',
    ],
    [
      ['redeliver', '--failed', '--webhook', 'whk_good', '--since', '2026-11-20', '--rate', '5'],
      'POST /v1/webhooks/whk_good/redeliver',
      { after: '2026-11-20T00:00:00.000Z', rate: 5 },
      '7 to send',
    ],
    [
      ['replay', 'whk_good', '--since', '2026-11-20', '--until', '2026-11-21', '--channel', 'a'],
      'POST /v1/webhooks/whk_good/replay',
      { since: '2026-11-20T00:00:00.000Z', until: '2026-11-21T00:00:00.000Z', channel: 'a' },
      '7 to send',
    ],
  ])('%j', async (argv, request, body, said) => {
    const { stdout, exitCode } = await call(argv)
    const { method, path, body: sent } = last() ?? { method: '', path: '', body: null }
    expect([`${method} ${path}`, sent]).toEqual([request, body])
    expect(stdout).toContain(said)
    expect(exitCode).toBe(0)
  })

  test('a test that is not taken ends with 1, and does not wait for further attempts', async () => {
    const { stdout, stderr, exitCode } = await call(['test', 'whk_fails'])
    expect(stdout).toContain('The answer was 500.')
    expect(stderr).toContain('It is tried again: buzzer webhooks delivery dlv_waits')
    expect(exitCode).toBe(1)
  })

  test.each([
    [['test', 'whk_off'], 1, 'buzzer webhooks enable'],
    [['show', 'whk_none'], 1, 'buzzer webhooks lists'],
    [['delivery', 'dlv_none'], 1, 'buzzer webhooks deliveries lists'],
    [['redeliver'], 2, '--failed --webhook WEBHOOK'],
    [['redeliver', '--failed'], 2, '--failed --webhook WEBHOOK'],
    [['redeliver', 'dlv_1', '--rate', '5'], 2, 'leave the other options out'],
    [['replay', 'whk_good'], 2, '--since'],
    [['replay', 'whk_good', '--since', '1h', '--until', '2h'], 2, 'turn them round'],
    [['deliveries', 'whk_good', '--job', 'job_1'], 2, '--job'],
    [['deliveries', '--state', 'lost'], 2, 'scheduled, sending, delivered, failed'],
    [['delete', 'whk_good'], 2, '--yes'],
    [['lits'], 2, 'list'],
  ])('%j ends with %i', async (argv, exitCode, said) => {
    const ended = await call(argv)
    expect(ended.stderr).toContain(said)
    expect(ended.exitCode).toBe(exitCode)
  })

  test('deletes only after a yes', async () => {
    const before = server.requests.length
    const refused = await call(['delete', 'whk_good'], { keys: 'no\n' })
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(server.requests.length).toBe(before)
    expect((await call(['delete', 'whk_good'], { keys: 'y\n' })).exitCode).toBe(0)
    expect(last()?.method).toBe('DELETE')
  })

  test.each([
    [[]],
    [['show', 'whk_good']],
    [['create', 'https://example.com/']],
    [['change', 'whk_good', '--rate', '5']],
    [['enable', 'whk_off']],
    [['disable', 'whk_good']],
    [['delete', 'whk_good', '--yes']],
    [['rotate-secret', 'whk_good']],
    [['test', 'whk_good']],
    [['test', 'whk_good', '--no-wait']],
    [['deliveries']],
    [['delivery', 'dlv_good']],
    [['redeliver', 'dlv_good']],
    [['redeliver', '--failed', '--webhook', 'whk_good']],
    [['replay', 'whk_good', '--since', '1h']],
    [['keys']],
  ])('%j --json gives one JSON and nothing else', async (argv) => {
    const { stdout, stderr, exitCode } = await call([...argv, '--json'])
    expect(JSON.parse(stdout)).toBeTypeOf('object')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })
})

describe('submit', () => {
  const submit = (argv: readonly string[]) =>
    run(['submit', ...argv], { env: { BUZZER_URL: server.url } })

  test('asks to be called back', async () => {
    const argv = ['--callback', 'https://example.com/x', '--callback-events', 'states']
    await submit(['works', '{}', ...argv, '--callback-secret', secret])
    expect(last()?.headers).toMatchObject({
      'callback-url': 'https://example.com/x',
      'callback-events': 'states',
      'callback-secret': secret,
    })
  })

  test('of a batch too', async () => {
    await using folder = await temporaryFolder('callback')
    await writeFile(join(folder.path, 'calls.jsonl'), '{"month":1}\n')
    const file = join(folder.path, 'calls.jsonl')
    await submit(['works', '--batch', file, '--callback', 'https://example.com/x'])
    const batch = server.requests.findLast(({ path }) => path === '/v1/batches')
    expect(batch?.headers).toMatchObject({ 'callback-url': 'https://example.com/x' })
  })

  test('needs an address for it', async () => {
    const { stderr, exitCode } = await submit(['works', '--callback-events', 'all'])
    expect(stderr).toContain('--callback URL')
    expect(exitCode).toBe(2)
  })
})
