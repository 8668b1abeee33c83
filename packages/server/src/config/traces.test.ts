import { describe, expect, it } from 'vitest'
import { ConfigError } from '../define/errors.ts'
import { resolveConfig } from './resolve.ts'

const resolveWith = (env: Record<string, string>, traces?: object, dotEnv = {}) =>
  resolveConfig({
    flags: {},
    env,
    dotEnv,
    file: traces === undefined ? {} : { telemetry: { traces } },
    cwd: '/here',
    folder: '/app',
    filePath: '/app/buzzer.config.ts',
    logFormat: 'json',
  }).config.traces

const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318/' }

describe('where traces go', () => {
  it.each([
    ['nowhere by default', {}, undefined, undefined],
    ['the collector of the environment', base, undefined, 'http://otel:4318/v1/traces'],
    [
      'the address for traces before it, as it is',
      { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel.example.com/in' },
      { endpoint: 'http://file:1/' },
      'https://otel.example.com/in',
    ],
    [
      'the environment before the file',
      base,
      { endpoint: 'http://file:1/' },
      'http://otel:4318/v1/traces',
    ],
    ['what the file says', {}, { endpoint: 'http://file:1/v1/traces' }, 'http://file:1/v1/traces'],
    ['nowhere if all is turned off', { ...base, OTEL_SDK_DISABLED: 'true' }, undefined, undefined],
    ['nowhere in whichever case', { ...base, OTEL_SDK_DISABLED: 'True' }, undefined, undefined],
    ['nowhere if traces are', { ...base, OTEL_TRACES_EXPORTER: 'none' }, undefined, undefined],
    ['nowhere for an empty variable', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined, undefined],
  ])('%s', (_, env, file, endpoint) => {
    expect(resolveWith(env as Record<string, string>, file)?.endpoint).toBe(endpoint)
  })

  it('takes the rest from the standard variables, the one for traces first', () => {
    const traces = resolveWith({
      ...base,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=all',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Basic%20abc, x-scope = a=b ,=none',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'GZIP',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
      OTEL_SERVICE_NAME: 'orders',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test%2C1',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
    })
    expect(traces).toMatchObject({
      headers: [
        ['authorization', 'Basic abc'],
        ['x-scope', 'a=b'],
      ],
      gzip: true,
      timeoutMs: 2_500,
      resource: { 'service.name': 'orders', 'deployment.environment.name': 'test,1' },
      queue: { spans: 100, batch: 512, delayMs: 2_000 },
      notes: [],
    })
  })

  it.each([
    [{}, undefined, { followsParent: true, ratio: 1 }],
    [{}, { sample: 0.25 }, { followsParent: true, ratio: 0.25 }],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, undefined, { followsParent: false, ratio: 0 }],
    [{ OTEL_TRACES_SAMPLER: 'ALWAYS_OFF' }, undefined, { followsParent: false, ratio: 0 }],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_on' },
      { sample: 0 },
      { followsParent: true, ratio: 1 },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      undefined,
      { followsParent: false, ratio: 0.5 },
    ],
  ])('samples as %j and %j say', (env, file, sampling) => {
    expect(resolveWith({ ...base, ...env }, file)?.sampling).toEqual(sampling)
  })

  it('goes on with a note where a variable that is not only ours says what it cannot do', () => {
    const traces = resolveWith({
      ...base,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_EXPORTER_OTLP_TIMEOUT: '10s',
    })
    expect(traces?.notes).toEqual([
      'traces are sent as http/protobuf, not as grpc',
      'OTEL_EXPORTER_OTLP_TIMEOUT is no whole number, so it is 10000',
      expect.stringContaining(
        'OTEL_TRACES_SAMPLER=jaeger_remote is not known; there are always_on',
      ),
    ])
    expect(traces).toMatchObject({ timeoutMs: 10_000, sampling: { followsParent: true, ratio: 1 } })
  })

  it.each([
    [{ endpoint: 'otel:4318' }, 'telemetry.traces.endpoint'],
    [{ endpoint: 'http://me:secret@otel:4318/' }, 'telemetry.traces.endpoint'],
    [{ sample: 2 }, 'telemetry.traces.sample'],
    [{ endpont: 'http://otel:4318/' }, 'telemetry.traces.endpont'],
  ])('refuses %j in the file', (file, path) => {
    expect(() => resolveWith({}, file)).toThrow(ConfigError)
    expect(() => resolveWith({}, file)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(path) }),
    )
  })
})
