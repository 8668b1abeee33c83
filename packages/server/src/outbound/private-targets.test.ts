import { describe, expect, test } from 'vitest'
import type { OutboundOutcome } from '../ports/outbound.ts'
import { createOutbound } from './outbound.ts'
import { get } from './testing/call.ts'
import { answer, startRawServer } from './testing/raw-server.ts'
import { realClock } from './testing/real-clock.ts'

/** Every way to write the loopback that a URL can carry. */
const loopback = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0X7F000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '0177.0.0.01',
  '00000177.1',
  '0x7f.0x0.0x0.0x1',
  '127.0x0.000.1',
  '１２７.０.０.１',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '127．0．0．1',
  '127｡0｡0｡1',
  '%31%32%37.0.0.1',
  '127%2e0%2e0%2e1',
  '0',
  '0.0.0.0',
  '0x0',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'ｌocalhost',
  'a.localhost',
  'loopback.example',
]

/** Other networks that nobody outside may reach. */
const elsewhere = [
  '10.0.0.1',
  '012.0.0.1',
  '0xa000001',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '169.254.169.254',
  '2852039166',
  '0xA9FEA9FE',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.257',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::127.0.0.1]',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:0:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::169.254.169.254]',
  '[64:ff9b:1::7f00:1]',
  '[100::1]',
  '[2001::1]',
  '[2001:2::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[3fff::1]',
  '[5f00::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  'metadata.example',
  'six.example',
]

const names: Readonly<Record<string, readonly string[]>> = {
  'localhost': ['127.0.0.1', '::1'],
  'a.localhost': ['127.0.0.1'],
  'loopback.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254', '::ffff:169.254.169.254'],
  'six.example': ['fe80::1%lo'],
}
const resolve = (name: string) => Promise.resolve(names[name] ?? [])

const startCanary = (host = '::') =>
  startRawServer((socket) => socket.write(answer('200 OK', 'reached')), host)

const reason = (outcome: OutboundOutcome): string =>
  outcome.kind === 'answered' ? 'answered' : outcome.failure.reason

describe('a private address', () => {
  test('is refused however it is written, before anything is opened', async () => {
    await using canary = await startCanary()
    await using outbound = createOutbound({ allow: [], clock: realClock, resolve })
    const hosts = [...loopback, ...elsewhere]
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(60)
    const urls = hosts.flatMap((host) =>
      ['http', 'https'].map((scheme) => `${scheme}://${host}:${canary.port}/`),
    )
    const reasons = await Promise.all(
      urls.map(async (url) => [url, reason(await outbound.call(get(url)))]),
    )
    expect(reasons).toEqual(urls.map((url) => [url, 'rejected']))
    expect(canary.connections).toBe(0)
  })

  test('is named at once where the URL alone tells', async () => {
    await using outbound = createOutbound({ allow: [], clock: realClock, resolve })
    const hosts = [...loopback, ...elsewhere]
    const passed = hosts.filter((host) => outbound.check(`http://${host}:80/`) === null)
    // Only what has to be resolved first.
    expect(passed).toEqual(['loopback.example', 'metadata.example', 'six.example'])
  })

  test('is reached in every notation once it is allowed, so the canary can sing', async () => {
    await using canary = await startCanary()
    const allow = ['127.0.0.0/8', '::1', '0.0.0.0', '::', `loopback.example:${canary.port}`]
    await using outbound = createOutbound({ allow, clock: realClock, resolve })
    const urls = loopback.map((host) => `http://${host}:${canary.port}/`)
    const reasons = await Promise.all(
      urls.map(async (url) => [url, reason(await outbound.call(get(url)))]),
    )
    expect(reasons).toEqual(urls.map((url) => [url, 'answered']))
    expect(canary.connections).toBeGreaterThanOrEqual(loopback.length / 2)
  })
})

describe('a name that changes its mind', () => {
  test('is connected to at the address that was checked, and asked only once', async () => {
    await using canary = await startCanary('127.0.0.1')
    let asked = 0
    const rebinding = () => {
      asked += 1
      return Promise.resolve([asked === 1 ? '127.0.0.9' : '127.0.0.1'])
    }
    // This one stands for a public address: it is permitted, and nothing listens there.
    const allow = ['127.0.0.9']
    await using outbound = createOutbound({ allow, clock: realClock, resolve: rebinding })
    const first = await outbound.call(get(`http://rebind.example:${canary.port}/`))
    expect(first).toMatchObject({ failure: { reason: 'unreachable', sent: false } })
    expect(asked).toBe(1)
    const second = await outbound.call(get(`http://rebind.example:${canary.port}/`))
    expect(second).toMatchObject({ failure: { reason: 'rejected', sent: false } })
    expect(canary.connections).toBe(0)
  })

  test('gets only those of its addresses that are permitted', async () => {
    await using canary = await startCanary()
    const mixed = () => Promise.resolve(['::1', '10.0.0.1', 'not an address', '127.0.0.1'])
    await using outbound = createOutbound({
      allow: [`127.0.0.1:${canary.port}`],
      clock: realClock,
      resolve: mixed,
    })
    const outcome = await outbound.call(get(`http://mixed.example:${canary.port}/`))
    expect(outcome).toMatchObject({ kind: 'answered' })
    expect(canary.connections).toBe(1)
  })
})

describe('the allow-list', () => {
  const port = 8080
  const cases: readonly [entry: string, url: string, allowed: boolean][] = [
    ['127.0.0.1', 'http://127.0.0.1:9/', true],
    ['127.0.0.1:8080', `http://127.1:${port}/`, true],
    ['127.0.0.1:8080', 'http://127.0.0.1:8081/', false],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]/', true],
    ['10.0.0.0/8', 'http://10.255.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1.:80/', true],
    ['10.0.0.0/8', 'http://192.168.0.1/', false],
    ['[fd00::/8]:8080', `http://[fd12::1]:${port}/`, true],
    ['[fd00::/8]:8080', 'http://[fd12::1]/', false],
    ['[::1]:8080', `http://[::1]:${port}/`, true],
    ['::1', 'http://[::1]/', true],
    ['localhost', 'http://LOCALHOST./', true],
    ['localhost:8080', 'http://localhost/', false],
    ['::1', 'http://localhost/', true],
    ['localhost', 'http://127.0.0.1/', false],
    ['0.0.0.0/0', 'http://127.0.0.1/', true],
    ['https.internal:443', 'https://127.0.0.1/', false],
  ]

  test.each(cases)('%s and %s: %s', async (entry, url, allowed) => {
    await using outbound = createOutbound({ allow: [entry], clock: realClock, resolve })
    expect(outbound.check(url) === null).toBe(allowed)
  })

  test.each(['', 'http://a', '10.0.0.0/33', '10.0.0.0/8/8', 'a b', 'a/b', 'u@h', '::1:80:x'])(
    'refuses the entry %j',
    (entry) => {
      expect(() => createOutbound({ allow: [entry], clock: realClock })).toThrow('allowed')
    },
  )
})

describe('a URL', () => {
  test.each([
    ['ftp://example.com/', 'http'],
    ['file:///etc/passwd', 'http'],
    ['//example.com/', 'http'],
    ['javascript:alert(1)', 'http'],
    ['http:example.com', 'http'],
    ['http:///example.com', 'http'],
    ['http://', 'http'],
    ['', 'http'],
    ['http://user:secret@example.com/', 'credentials'],
    ['http://user@example.com/', 'credentials'],
    ['http://example.com\\@127.0.0.1/', 'http'],
    ['http://exam ple.com/', 'spaces'],
    ['http://example.com/\r\nhost: x', 'spaces'],
    ['\thttp://example.com/', 'spaces'],
    ['http://exa\u0000mple.com/', 'spaces'],
    ['http://example.com:99999/', 'parse'],
    ['http://example.com:0/', 'parse'],
    ['http://[::1', 'parse'],
    ['http://1.2.3.4.5/', 'parse'],
    ['http://256.1.1.1/', 'parse'],
  ])('%j is refused at once', async (url, why) => {
    await using outbound = createOutbound({ allow: ['0.0.0.0/0', '::/0'], clock: realClock })
    expect(outbound.check(url)).toContain(why)
    expect(await outbound.call(get(url))).toMatchObject({ failure: { reason: 'rejected' } })
  })

  test.each(['http://example.com', 'https://example.com:8443/a?b=c#d', 'http://8.8.8.8/'])(
    '%s may be called',
    async (url) => {
      await using outbound = createOutbound({ allow: [], clock: realClock })
      expect(outbound.check(url)).toBeNull()
    },
  )
})
