import { join } from 'node:path'
import type { ChannelDefinition } from '../define/channel.ts'
import { ConfigError, type ConfigIssue } from '../define/errors.ts'
import type { OperationDefinition } from '../define/operation.ts'
import type { HookDefinition } from '../define/hook.ts'
import type { ServiceDefinition } from '../define/service.ts'
import { checkDefinitions } from './check-definitions.ts'
import { checkKeys } from './check-keys.ts'
import { checkAdmission, checkTenants } from './check-tenants.ts'
import { checkUnsupported } from './check-unsupported.ts'
import type { Config, LogFormat, StoreConfig } from './config.ts'
import { isLoopback } from './loopback.ts'
import {
  readSettings,
  type Origin,
  type Origins,
  type Sources,
  type Values,
} from './read-settings.ts'
import { checkTraces, tracesOf } from './traces.ts'

export interface Resolved {
  readonly config: Config
  /** Where each value comes from. */
  readonly origins: Origins
  /** The share of traces that is kept, whether an endpoint for them is named or not. */
  readonly tracesSample: number
}

export interface Surroundings extends Sources {
  readonly filePath: string | null
  /** Used where nothing says how the log is to be written. */
  readonly logFormat: LogFormat
}

/**
 * Makes the configuration of all that says something about it. Pure: reads no file.
 *
 * @throws ConfigError naming all that is wrong
 */
export function resolveConfig(sources: Surroundings): Resolved {
  const { values, origins, issues } = readSettings(sources)
  refuse([
    ...checkKeys(sources.file),
    ...checkUnsupported(sources.file),
    ...checkTraces(sources.file),
    ...issues,
    ...checkAdmission(sources.file),
    ...checkTenants(sources.file),
    ...checkDefinitions(sources.file),
  ])
  refuseOpenDoor(values, origins.host)
  return { config: configOf(sources, values, origins), origins, tracesSample: values.tracesSample }
}

function refuse(issues: readonly ConfigIssue[]): void {
  if (issues.length > 0) throw new ConfigError(issues)
}

function refuseOpenDoor({ host }: Values, { name }: Origin): void {
  if (isLoopback(host)) return
  const detail =
    `${host} can be reached from other machines, and with auth: 'none' everybody who reaches ` +
    'Buzzer may do everything. Authentication is not supported yet, so listen on 127.0.0.1.'
  throw new ConfigError([{ path: name ?? 'host', detail }], {
    code: 'auth-required',
    fix: 'buzzer start --host 127.0.0.1',
  })
}

function configOf(sources: Surroundings, values: Values, origins: Origins): Config {
  const { operations = {}, services = {}, channels = {}, hooks = {} } = sources.file
  return {
    file: sources.filePath,
    folder: sources.folder,
    ...placesOf(sources.folder, values, origins),
    host: values.host,
    port: values.port,
    publicUrl: values.publicUrl,
    bus: values.bus,
    auth: values.auth,
    secret: values.secret,
    operations: operations as Readonly<Record<string, OperationDefinition>>,
    services: services as Readonly<Record<string, ServiceDefinition>>,
    channels: channels as Readonly<Record<string, ChannelDefinition>>,
    hooks: hooks as Readonly<Record<string, HookDefinition>>,
    outboundAllow: values.outboundAllow,
    limits: { bodyBytes: values.bodyBytes, resultBytes: values.resultBytes },
    retention: {
      jobsMs: values.jobsMs,
      tombstonesMs: values.tombstonesMs,
      eventsMs: values.eventsMs,
      deliveriesMs: values.deliveriesMs,
    },
    admission: { backlog: values.backlog, ageMs: values.ageMs },
    shares: sharesOf(sources.file),
    deadLetterAlert: values.deadLetterAlert,
    slots: values.slots,
    log: { level: values.logLevel, format: values.logFormat ?? sources.logFormat },
    traces: tracesOf(sources, values, origins),
    shutdownMs: values.shutdownMs,
  }
}

/** Checked before. */
const sharesOf = ({ tenants = {} }: Readonly<Record<string, unknown>>): Config['shares'] =>
  Object.fromEntries(
    Object.entries(tenants as Readonly<Record<string, { readonly share?: number }>>).map(
      ([name, { share = 1 }]) => [name, share],
    ),
  )

const rank: Readonly<Record<Origin['source'], number>> = {
  'flag': 4,
  'environment': 3,
  '.env': 2,
  'file': 1,
  'default': 0,
}

/** A data folder given with more weight than the store takes the embedded store with it. */
function placesOf(
  folder: string,
  { data, store }: Values,
  origins: Origins,
): { readonly dataFolder: string; readonly store: StoreConfig } {
  const dataFolder = data ?? store?.folder ?? join(folder, 'data')
  const dataWins = rank[origins.data.source] > rank[origins.store.source]
  return {
    dataFolder,
    store: store === null || dataWins ? { kind: 'sqlite', folder: dataFolder } : store,
  }
}
