import { defaultAdmission } from '../core/admission.ts'
import { logFormats, logLevels, type Config, type LogFormat, type StoreConfig } from './config.ts'
import * as parse from './parse.ts'

/** One value of the configuration: where it can be given, how it is read, and its default. */
export interface Setting<Value> {
  /** Where it stands in the file; null for what has no place there. */
  readonly path: string | null
  readonly env: string | null
  readonly flag: Flag | null
  readonly parse: parse.Parse<Value>
  readonly fallback: Value
}

/** The flags of `start` and `dev`. */
export const flags = ['host', 'port', 'data', 'store', 'bus', 'logLevel'] as const
export type Flag = (typeof flags)[number]

export const flagName = (flag: Flag): string =>
  `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const row = <Value>(
  path: string | null,
  env: string | null,
  flag: Flag | null,
  parser: parse.Parse<Value>,
  fallback: Value,
): Setting<Value> => ({ path, env, flag, parse: parser, fallback })

const dayMs = 86_400_000
const mb = 1_048_576

/**
 * Every single value: its place in the file, its variable, its flag, how it is read, its default.
 * Operations, services and the like stand in the file only.
 */
export const settings = {
  host: row('host', 'BUZZER_HOST', 'host', parse.host, '127.0.0.1'),
  port: row('port', 'BUZZER_PORT', 'port', parse.port, 2_899),
  publicUrl: row('publicUrl', 'BUZZER_PUBLIC_URL', null, parse.publicUrl, null),
  data: row('data', 'BUZZER_DATA', 'data', parse.folder, null),
  store: row<StoreConfig | null>('store', 'BUZZER_STORE', 'store', parse.store, null),
  bus: row<Config['bus']>('bus', 'BUZZER_BUS', 'bus', parse.bus, { kind: 'memory' }),
  auth: row<Config['auth']>('auth', null, null, parse.auth, { kind: 'none' }),
  secret: row(null, 'BUZZER_SECRET', null, parse.secret, null),
  outboundAllow: row('outbound.allow', 'BUZZER_OUTBOUND_ALLOW', null, parse.hostList, []),
  bodyBytes: row('limits.body', 'BUZZER_LIMITS_BODY', null, parse.sizeBytes, mb),
  resultBytes: row('limits.result', 'BUZZER_LIMITS_RESULT', null, parse.sizeBytes, 32 * mb),
  jobsMs: row('retention.jobs', 'BUZZER_RETENTION_JOBS', null, parse.durationMs, 7 * dayMs),
  tombstonesMs: row(
    'retention.tombstones',
    'BUZZER_RETENTION_TOMBSTONES',
    null,
    parse.durationMs,
    30 * dayMs,
  ),
  eventsMs: row('retention.events', 'BUZZER_RETENTION_EVENTS', null, parse.durationMs, 7 * dayMs),
  deliveriesMs: row(
    'retention.deliveries',
    'BUZZER_RETENTION_DELIVERIES',
    null,
    parse.durationMs,
    30 * dayMs,
  ),
  backlog: row(
    'admission.backlog',
    'BUZZER_ADMISSION_BACKLOG',
    null,
    parse.someCount,
    defaultAdmission.backlog,
  ),
  ageMs: row<number | null>(
    'admission.age',
    'BUZZER_ADMISSION_AGE',
    null,
    parse.durationMs,
    defaultAdmission.ageMs,
  ),
  deadLetterAlert: row('deadLetters.alert', 'BUZZER_DEAD_LETTERS_ALERT', null, parse.count, 100),
  slots: row('workers.slots', 'BUZZER_SLOTS', null, parse.count, 256),
  logLevel: row('log.level', 'BUZZER_LOG_LEVEL', 'logLevel', parse.oneOf(logLevels), 'info'),
  logFormat: row<LogFormat | null>(
    'log.format',
    'BUZZER_LOG_FORMAT',
    null,
    parse.oneOf(logFormats),
    null,
  ),
  tracesEndpoint: row(
    'telemetry.traces.endpoint',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    null,
    parse.endpoint,
    null,
  ),
  otlpEndpoint: row(null, 'OTEL_EXPORTER_OTLP_ENDPOINT', null, parse.endpoint, null),
  tracesSample: row('telemetry.traces.sample', null, null, parse.fraction, 1),
  shutdownMs: row('shutdown', 'BUZZER_SHUTDOWN', null, parse.durationMs, 25_000),
}

export type SettingName = keyof typeof settings

/** Variables that are read elsewhere: which file to load, and how the command line calls a server. */
const otherVariables = ['BUZZER_CONFIG', 'BUZZER_URL', 'BUZZER_KEY']

/** Every variable that means something to Buzzer. */
export const variables: readonly string[] = [
  ...otherVariables,
  ...Object.values(settings).flatMap(({ env }) => (env === null ? [] : [env])),
]
