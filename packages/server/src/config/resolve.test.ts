import { describe, expect, test } from 'vitest'
import { channel } from '../define/channel.ts'
import { service } from '../define/service.ts'
import { ConfigError } from './load.ts'
import { resolveConfig, type Surroundings } from './resolve.ts'

const run = () => null
const api = (options: { readonly mount?: string }) =>
  service({ openapi: './api.yaml', url: 'http://127.0.0.1:4000', ...options })

const resolveWith = (given: Partial<Surroundings>) =>
  resolveConfig({
    flags: {},
    env: {},
    dotEnv: {},
    file: {},
    cwd: '/here',
    folder: '/app',
    filePath: '/app/buzzer.config.ts',
    logFormat: 'json',
    ...given,
  })

function errorOf(given: Partial<Surroundings>): ConfigError {
  try {
    resolveWith(given)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('It was taken')
}

describe('what is in force', () => {
  test('without anything', () => {
    expect(resolveWith({}).config).toEqual({
      file: '/app/buzzer.config.ts',
      folder: '/app',
      dataFolder: '/app/data',
      host: '127.0.0.1',
      port: 2899,
      publicUrl: null,
      store: { kind: 'sqlite', folder: '/app/data' },
      bus: { kind: 'memory' },
      auth: { kind: 'none' },
      secret: null,
      operations: {},
      channels: {},
      hooks: {},
      admission: { backlog: 10_000_000, ageMs: null },
      shares: {},
      services: {},
      outboundAllow: [],
      limits: { bodyBytes: 1_048_576, resultBytes: 33_554_432 },
      retention: {
        jobsMs: 604_800_000,
        tombstonesMs: 2_592_000_000,
        eventsMs: 604_800_000,
        deliveriesMs: 2_592_000_000,
      },
      deadLetterAlert: 100,
      slots: 256,
      traces: null,
      log: { level: 'info', format: 'json' },
      shutdownMs: 25_000,
    })
  })

  const everywhere = {
    flags: { port: '1' },
    env: { BUZZER_PORT: '2' },
    dotEnv: { BUZZER_PORT: '3' },
    file: { port: 4 },
  }
  test.each([
    { without: [], port: 1, source: 'flag', name: '--port' },
    { without: ['flags'], port: 2, source: 'environment', name: 'BUZZER_PORT' },
    { without: ['flags', 'env'], port: 3, source: '.env', name: 'BUZZER_PORT' },
    { without: ['flags', 'env', 'dotEnv'], port: 4, source: 'file', name: 'port' },
    { without: Object.keys(everywhere), port: 2899, source: 'default', name: null },
  ])('without $without it is of the $source', ({ without, port, source, name }) => {
    const left = Object.entries(everywhere).filter(([place]) => !without.includes(place))
    const { config, origins } = resolveWith(Object.fromEntries(left))
    expect(config.port).toBe(port)
    expect(origins.port).toEqual({ source, name })
  })

  test('a variable that is set to nothing says nothing', () => {
    expect(resolveWith({ env: { BUZZER_PORT: '' }, file: { port: 4 } }).config.port).toBe(4)
  })

  test.each([
    [
      'a store in the file is relative to it',
      { file: { store: 'sqlite:./jobs' } },
      '/app/jobs',
      '/app/jobs',
    ],
    ['a flag is relative to where it is typed', { flags: { data: 'd' } }, '/here/d', '/here/d'],
    ['.env is relative to itself', { dotEnv: { BUZZER_DATA: 'd' } }, '/app/d', '/app/d'],
    [
      '--data takes the store of the file with it',
      { flags: { data: '/d' }, file: { store: 'sqlite:./jobs' } },
      '/d',
      '/d',
    ],
    [
      'a store that is given as loudly stays',
      { flags: { data: '/d', store: 'sqlite:/s' } },
      '/d',
      '/s',
    ],
    [
      'data in the file leaves the store of the environment',
      { env: { BUZZER_STORE: 'sqlite:/s' }, file: { data: './d' } },
      '/app/d',
      '/s',
    ],
  ])('%s', (_, given, dataFolder, storeFolder) => {
    const { config } = resolveWith(given)
    expect(config.dataFolder).toBe(dataFolder)
    expect(config.store.folder).toBe(storeFolder)
  })

  test('values of every kind are read', () => {
    const { config } = resolveWith({
      env: {
        BUZZER_SECRET: 'x'.repeat(16),
        BUZZER_OUTBOUND_ALLOW: '10.0.0.0/8, b:80, [::1]:4, [fd00::/8]:1',
      },
      file: {
        publicUrl: 'https://b.example/buzzer/',
        host: '[::1]',
        limits: { body: '1.5mb', result: '2gb' },
        retention: { jobs: '2h', tombstones: '1d', events: '90s', deliveries: '30d' },
        workers: { slots: 3 },
        log: { level: 'warn', format: 'pretty' },
        shutdown: '5s',
        channels: {},
        mqtt: null,
        admission: null,
      },
    })
    expect(config).toMatchObject({
      publicUrl: 'https://b.example/buzzer',
      host: '::1',
      secret: 'x'.repeat(16),
      outboundAllow: ['10.0.0.0/8', 'b:80', '[::1]:4', '[fd00::/8]:1'],
      limits: { bodyBytes: 1_572_864, resultBytes: 2_147_483_648 },
      retention: { jobsMs: 7_200_000, tombstonesMs: 86_400_000, eventsMs: 90_000 },
      slots: 3,
      log: { level: 'warn', format: 'pretty' },
      shutdownMs: 5_000,
    })
  })

  test.each(['localhost', '127.8.9.1', '::1', '[::1]'])('%s is this machine', (host) => {
    expect(resolveWith({ file: { host } }).config.host).toBe(host.replaceAll(/[[\]]/g, ''))
  })
})

const ofFile = (file: object): Partial<Surroundings> => ({ file: { ...file } })
const ofOperation = (operation: object) => ofFile({ operations: { render: { run, ...operation } } })
const ofService = (options: object) =>
  ofFile({ services: { old: { kind: 'service', options: { openapi: './a.yaml', ...options } } } })

describe('what is refused, with where and how to write it', () => {
  test.each<[string, Partial<Surroundings>, path: string, detail: RegExp]>([
    ['a port', { flags: { port: '70000' } }, '--port', /'70000' is not a port; write a number/],
    ['a port', { env: { BUZZER_PORT: 'x' } }, 'BUZZER_PORT', /not a port/],
    ['a port', { dotEnv: { BUZZER_PORT: '-1' } }, 'BUZZER_PORT (in .env)', /not a port/],
    ['a port', ofFile({ port: 1.5 }), 'port', /1.5 is not a port/],
    ['a host', ofFile({ host: 'http://x' }), 'host', /name or an address alone/],
    ['a host', ofFile({ host: '::1%lo' }), 'host', /name or an address alone/],
    ['a link', ofFile({ publicUrl: 'x.example' }), 'publicUrl', /https:\/\/buzzer\.example\.com/],
    ['a link', ofFile({ publicUrl: 'http://x/?a' }), 'publicUrl', /not an address/],
    [
      'a mount over our own routes',
      ofFile({ services: { a: api({ mount: '/v1' }) } }),
      'services.a.mount',
      /routes of Buzzer's own/,
    ],
    [
      'one mount twice',
      ofFile({ services: { a: api({}), b: api({ mount: '/api/a' }) } }),
      'services.b.mount',
      /mount of services\.a already/,
    ],
    [
      'one parameter of a channel twice',
      ofFile({ channels: { 'x.{a}.{a}': channel() } }),
      'channels.x.{a}.{a}',
      /name of its own/,
    ],
    [
      'one channel in two spellings',
      ofFile({ channels: { 'same.a': channel(), 'same/a': channel() } }),
      'channels.same/a',
      /same channels as channels\.same\.a;/,
    ],
    [
      'one channel with two names of a parameter',
      ofFile({ channels: { 'dup.{x}': channel(), 'dup.one': channel(), 'dup.{y}': channel() } }),
      'channels.dup.{y}',
      /same channels as channels\.dup\.\{x\};/,
    ],
    ['a size', ofFile({ limits: { body: '1 megabyte' } }), 'limits.body', /'1mb'/],
    ['a size', ofFile({ limits: { result: 5 } }), 'limits.result', /5 is not a size/],
    ['a duration', ofFile({ retention: { jobs: '1w' } }), 'retention.jobs', /'7d'/],
    ['a duration', ofFile({ retention: { deliveries: 3 } }), 'retention.deliveries', /duration/],
    ['a duration', ofFile({ shutdown: '0s' }), 'shutdown', /'0s' is not a duration/],
    ['a long one', ofFile({ retention: { jobs: '1000001d' } }), 'retention.jobs', /not a duration/],
    ['a count', ofFile({ workers: { slots: -1 } }), 'workers.slots', /whole number/],
    ['a level', ofFile({ log: { level: 'inof' } }), 'log.level', /did you mean 'info'\?/],
    ['hosts', ofFile({ outbound: { allow: [''] } }), 'outbound.allow', /not a host/],
    ['a URL', ofFile({ outbound: { allow: ['http://x:1'] } }), 'outbound.allow', /127.0.0.1:4000/],
    ['a secret', { env: { BUZZER_SECRET: 'short' } }, 'BUZZER_SECRET', /openssl rand/],
    ['a store', ofFile({ store: './data' }), 'store', /'sqlite:' and a folder/],
    ['memory', ofFile({ store: 'sqlite::memory:' }), 'store', /not a store/],
    ['PostgreSQL', ofFile({ store: 'postgres://h/d' }), 'store', /not supported yet/],
    ['Redis', { flags: { bus: 'redis://h' } }, '--bus', /not supported yet/],
    ['a bus', ofFile({ bus: 'nats' }), 'bus', /write 'memory'/],
    ['who may call', ofFile({ auth: { issuer: 'builtin' } }), 'auth', /not supported yet/],
    ['channels', ofFile({ channels: { q: {} } }), 'channels.q', /channel\(/],
    ['MQTT', ofFile({ mqtt: { port: 1883 } }), 'mqtt', /not supported yet/],
    ['admission', ofFile({ admission: { backlog: 0 } }), 'admission.backlog', /from 1/],
    ['admission', ofFile({ admission: { age: 5 } }), 'admission.age', /not a duration/],
    ['admission', ofFile({ admission: { size: 5 } }), 'admission.size', /backlog, age/],
    ['admission', ofFile({ admission: 5 }), 'admission', /write \{ backlog/],
    ['tenants', ofFile({ tenants: ['acme'] }), 'tenants', /not an object of names/],
    ['a tenant', ofFile({ tenants: { acme: 3 } }), 'tenants.acme', /write \{ share: 3 \}/],
    ['a share', ofFile({ tenants: { acme: { share: 0 } } }), 'tenants.acme.share', /from 1/],
    ['a tenant', ofFile({ tenants: { acme: { shares: 2 } } }), 'tenants.acme.shares', /'share'/],
    ['a typo', ofFile({ operatons: {} }), 'operatons', /did you mean 'operations'\?/],
    ['a typo', ofFile({ limits: { bdoy: '1mb' } }), 'limits.bdoy', /did you mean 'body'\?/],
    ['a secret', ofFile({ secret: 'x' }), 'secret', /BUZZER_SECRET/],
    ['a group', ofFile({ limits: '1mb' }), 'limits', /write \{ body: … \}/],
    ['operations', ofFile({ operations: [] }), 'operations', /not an object of names/],
    ['an operation', ofFile({ operations: { a: 1 } }), 'operations.a', /not a definition/],
    ['a name', ofFile({ operations: { 'a b': { run } } }), 'operations.a b', /stand in a URL/],
    ['no handler', ofFile({ operations: { a: {} } }), 'operations.a.run', /write run: async/],
    ['a typo', ofOperation({ retrys: {} }), 'operations.render.retrys', /did you mean 'retry'/],
    ['a word', ofOperation({ handler: run }), 'operations.render.handler', /write run: async/],
    ['a wait', ofOperation({ wait: 2 }), 'operations.render.wait', /not a duration/],
    ['a thread', ofOperation({ thread: 'yes' }), 'operations.render.thread', /true or false/],
    ['a summary', ofOperation({ summary: 1 }), 'operations.render.summary', /not text/],
    ['a schema', ofOperation({ input: 'string' }), 'operations.render.input', /JSON Schema/],
    [
      'a schedule',
      ofOperation({ schedule: { timeZone: 'UTC' } }),
      'operations.render.schedule.cron',
      /write one such as/,
    ],
    ['a service', ofFile({ services: { old: {} } }), 'services.old', /write service\(/],
    [
      'a name',
      ofFile({ services: { 'a.b': service({ openapi: 'x' }) } }),
      'services.a.b',
      /stand in a/,
    ],
    ['no document', ofService({ openapi: '' }), 'services.old.openapi', /path or its URL/],
    ['an upstream', ofService({ url: '127.0.0.1:4000' }), 'services.old.url', /http:\/\/127/],
    ['a mount', ofService({ mount: '/' }), 'services.old.mount', /'\/api\/old'/],
    ['a typo', ofService({ forwrad: [] }), 'services.old.forwrad', /did you mean 'forward'/],
    ['a list', ofService({ include: 'x' }), 'services.old.include', /not a list/],
    [
      'an override',
      ofService({ operations: { getIt: { mdoe: 'sync' } } }),
      'services.old.operations.getIt.mdoe',
      /did you mean 'mode'/,
    ],
    [
      'an override',
      ofService({ operations: { getIt: { timeout: 'long' } } }),
      'services.old.operations.getIt.timeout',
      /not a duration/,
    ],
  ])('%s: %j', (_, given, path, detail) => {
    const { issues } = errorOf(given)
    expect(issues.map((issue) => issue.path)).toEqual([path])
    expect(issues[0]?.detail).toMatch(detail)
  })

  test('all that is wrong is told at once', () => {
    const file = { prot: 1, limits: { body: 1 }, operations: { a: {} } }
    const paths = errorOf({ file, flags: { host: '' } }).issues.map(({ path }) => path)
    expect(paths).toEqual(['prot', '--host', 'limits.body', 'operations.a.run'])
  })

  test.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', '128.0.0.1'])(
    'everybody would get in at %s',
    (host) => {
      const error = errorOf({ env: { BUZZER_HOST: host } })
      expect(error.code).toBe('auth-required')
      expect(error.issues).toEqual([
        { path: 'BUZZER_HOST', detail: expect.stringContaining("auth: 'none'") },
      ])
    },
  )

  test('a secret is never shown', () => {
    expect(errorOf({ env: { BUZZER_SECRET: 'hunter2' } }).message).not.toContain('hunter2')
  })
})
