import { verifyWebhook } from '@buzzer/client'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Interrupted } from './terminal.ts'
import { run, type Given } from './testing/command-line.ts'
import { startFakeEvents, type FakeEvents } from './testing/fake-events.ts'
import { startFakeReceiver, type FakeReceiver } from './testing/fake-receiver.ts'

let server: FakeEvents
let receiver: FakeReceiver

beforeEach(async () => {
  server = await startFakeEvents()
  receiver = await startFakeReceiver()
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const listen = (argv: readonly string[], given: Given = {}) =>
  run(['listen', ...argv], { ...given, env: { BUZZER_URL: server.url } })

const forward = () => ['--forward', `127.0.0.1:${receiver.port}/hook`]
const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`
/** Listens, and lets a test wait until something is written. */
function start(argv: readonly string[], given: Given = {}) {
  let [text, look] = ['', () => {}]
  const onWritten = (written: string): void => {
    text = written
    look()
  }
  const says = (what: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => text.includes(what) && resolve()
      look()
    })
  return { ended: listen(argv, { ...given, onWritten }), says }
}

describe('without a name', () => {
  test('prints outcomes and what is declared, but no patterns', async () => {
    server.operations.push('close')
    server.declare('operations.close')
    server.declare('news')
    const { ended, says } = start(['--limit', '2'])
    await server.streaming(2)
    const type = 'dev.buzzer.job.succeeded'
    server.publish('operations.close', { type, subject: 'job_1', time: '2026-11-20T10:00:00.000Z' })
    await says('job_1')
    server.publish('news', { data: { a: 1 }, time: '2026-11-20T10:00:01.000Z' })
    const { stdout, stderr, exitCode } = await ended
    expect(stdout.split('\n')).toEqual([
      '10:00:00.000  job.succeeded  operations/close  job_1',
      '10:00:01.000  thing  news  {"a":1}',
      '',
    ])
    expect(stderr).toContain('Listening to 2 channels.')
    expect(stderr).toContain(
      'Not to those of quotes.{symbol}: name them, such as buzzer listen quotes.1',
    )
    expect(stderr).toContain('2 events\n')
    expect(exitCode).toBe(0)
  })

  test('finds what is declared later, from its beginning on', async () => {
    server.declare('news')
    const running = listen(['--limit', '3', '--refresh', '20ms', '--json'])
    await server.streaming(1)
    server.declare('late')
    server.publish('late', { data: 'of another time', time: '2020-01-01T00:00:00Z' })
    server.publish('late', { data: 1 })
    await server.streaming(2)
    // Whatever its publisher says of its time: it is new.
    server.publish('late', { data: 2, time: '2020-01-01T00:00:00Z' })
    server.publish('late', { data: 3 })
    const { stdout } = await running
    const lines = stdout.trimEnd().split('\n')
    const relayed = lines.map((line) => JSON.parse(line) as { channel: string; event: { data: 1 } })
    expect(relayed.map(({ channel, event }) => [channel, event.data])).toEqual([
      ['late', 1],
      ['late', 2],
      ['late', 3],
    ])
  })

  test('goes on without what is deleted, and takes it up again without repeating', async () => {
    server.declare('news')
    server.declare('short')
    const { ended, says } = start(['--limit', '3', '--refresh', '20ms'])
    await server.streaming(2)
    server.publish('short', { data: 'before' })
    await says('"before"')
    server.remove('short')
    server.publish('news', { data: 'meanwhile' })
    await says('short is gone')
    await says('"meanwhile"')
    server.declare('short')
    server.publish('short', { data: 'before' })
    server.publish('short', { data: 'again' })
    const { stdout, stderr } = await ended
    expect(stdout.match(/"[^"]+"/g)).toEqual(['"before"', '"meanwhile"', '"again"'])
    expect(stderr.match(/short is gone/g)).toHaveLength(1)
  })

  test('says how to do without the lists, where nobody may see them', async () => {
    server.isClosed = true
    const { stderr, exitCode } = await listen([])
    expect(stderr).toContain('fix: name the channels')
    expect(exitCode).toBe(1)
  })
})

describe('with names', () => {
  test('reads from an offset on, and only what is wanted', async () => {
    server.declare('news')
    for (const type of ['a.x', 'b', 'dev.buzzer.job.failed', 'a.y', 'a'])
      server.publish('news', { type })
    const argv = ['news', '--since', '1', '--events', 'a.*,job.failed', '--limit', '2', '--json']
    const { stdout } = await listen(argv)
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: { type: string } }).event.type)
    expect(types).toEqual(['dev.buzzer.job.failed', 'a.y'])
  })

  test.each([
    ['of which one is not there', ['news', 'none'], 1, 'channel-not-found'],
    ['with a wrong secret', ['news', '--secret', 'whsec_YWJj'], 2, 'whsec_ and 24 to 64 bytes'],
    ['with a wrong address', ['news', '--forward', 'ftp://x'], 2, 'no http or https URL'],
    ['with credentials in it', ['news', '--forward', 'http://a:b@localhost'], 2, 'credentials'],
  ])('%s ends', async (_, argv, exitCode, said) => {
    server.declare('news')
    const ended = await listen(argv)
    expect(ended.stderr).toContain(said)
    expect(ended.exitCode).toBe(exitCode)
  })

  test('ends with 3 where there is no server', async () => {
    const { exitCode } = await run(['listen'], { env: { BUZZER_URL: 'http://127.0.0.1:1' } })
    expect(exitCode).toBe(3)
  })

  test('Ctrl-C ends it with what there was', async () => {
    server.declare('news')
    const interrupt = new AbortController()
    const { ended, says } = start(['news', ...forward()], { interrupt: interrupt.signal })
    await server.streaming(1)
    receiver.statuses.push(200, 500)
    server.publish('news', {})
    server.publish('news', {})
    await says('500')
    interrupt.abort(new Interrupted())
    const { stderr, exitCode } = await ended
    expect(stderr).toContain('2 events: 1 taken by the receiver, 1 not')
    expect(exitCode).toBe(130)
  })
})

describe('--forward', () => {
  test('may be ended while events wait for a receiver', async () => {
    server.declare('news')
    server.publish('news', {})
    const interrupt = new AbortController()
    const argv = ['news', '--since', '0', '--forward', 'localhost:1']
    const { ended, says } = start(argv, { interrupt: interrupt.signal })
    await says('is not there')
    interrupt.abort(new Interrupted())
    const { stderr, exitCode } = await ended
    expect(stderr).toContain('1 event: 0 taken by the receiver, 1 still waiting')
    expect(exitCode).toBe(130)
  })

  test('sends each event in order, signed, and shows what is answered', async () => {
    server.declare('news')
    const given = {
      id: 'a.b',
      subject: 'ann',
      data: { text: 'zwölf €' },
      time: '2026-11-20T10:00:00.000Z',
    }
    for (let at = 0; at < 4; at += 1) server.publish('news', { ...given, id: `e.${at}` })
    receiver.statuses.push(200, 503, 302)
    const argv = ['news', '--since', '0', '--limit', '4', '--secret', secret, ...forward()]
    const { stdout, stderr, exitCode } = await listen(argv)
    const line = (status: number): unknown =>
      expect.stringMatching(
        new RegExp(`^10:00:00.000 {2}→ ${status} in \\d+ ms {2}thing {2}news {2}ann {2}\\{`),
      )
    expect(stdout.trimEnd().split('\n')).toEqual([line(200), line(503), line(302), line(204)])
    expect(stderr).toContain('signed with --secret')
    expect(stderr).not.toContain(secret)
    expect(stderr).toContain('4 events: 2 taken by the receiver, 2 not')
    expect(exitCode).toBe(0)

    const ids = new Set<string>()
    for (const [at, { headers, body }] of receiver.received.entries()) {
      expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ id: `e.${at}` })
      const { event, id } = await verifyWebhook(body, headers, { secret })
      expect(event).toMatchObject({
        specversion: '1.0',
        data: given.data,
        sequence: `${at + 1}`.padStart(16, '0'),
      })
      ids.add(id)
    }
    expect(ids.size).toBe(4)
  })

  test('the same event has the same id when it is sent once more', async () => {
    server.declare('news')
    server.publish('news', { data_base64: 'AAH/', datacontenttype: 'application/octet-stream' })
    const argv = ['news', '--since', '0', '--limit', '1', ...forward()]
    const first = await listen(argv)
    await listen(argv)
    const [one, other] = receiver.received
    expect(one?.headers['webhook-id']).toBe(other?.headers['webhook-id'])
    expect(JSON.parse(one?.body ?? '')).toMatchObject({ data_base64: 'AAH/' })
    // A secret that was made for this once is told, so that it can be verified.
    const made = /whsec_[\w+/=]+/.exec(first.stderr)?.[0] ?? ''
    expect(new Webhook(made).verify(one?.body ?? '', one?.headers ?? {})).toBeDefined()
  })

  test('waits for a receiver that is not there, says so once, and loses nothing', async () => {
    const { port } = receiver
    await receiver[Symbol.asyncDispose]()
    server.declare('news')
    for (let at = 0; at < 3; at += 1) server.publish('news', {})
    const argv = ['news', '--since', '0', '--limit', '3', '--forward', `localhost:${port}`]
    const { ended, says } = start(argv)
    await says('is not there')
    receiver = await startFakeReceiver(port)
    const { stdout, stderr } = await ended
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual([
      'evt_1',
      'evt_2',
      'evt_3',
    ])
    expect(stdout.match(/→ 204/g)).toHaveLength(3)
    expect(stderr.match(/is not there; events wait/g)).toHaveLength(1)
    expect(stderr.match(/The receiver is there/g)).toHaveLength(1)
  })

  test('goes on after one that takes too long', async () => {
    server.declare('news')
    server.publish('news', {})
    receiver.statuses.push(null)
    const url = `http://127.0.0.1:${receiver.port}/`
    const argv = ['news', '--since', '0', '--limit', '1', '--timeout', '50ms', '--json']
    const { stdout, stderr } = await listen([...argv, '--forward', url])
    expect(JSON.parse(stdout)).toMatchObject({
      forwarded: { status: null, error: expect.stringContaining('did not come in time') as string },
    })
    expect(JSON.parse(stderr)).toEqual({ secret: expect.stringMatching(/^whsec_/) as string })
  })
})
