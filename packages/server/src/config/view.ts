import { formatDuration } from '@buzzer/contract'
import { hookOf } from '../define/hook-terms.ts'
import type { Loaded } from './load.ts'
import type { Origin } from './read-settings.ts'
import { settings, type SettingName } from './settings.ts'
import { formatSize } from '../core/size.ts'

/** One value as a person would write it. */
interface ViewedValue {
  readonly name: string
  readonly value: string | number | null
  readonly origin: Origin
}

export interface ConfigView {
  readonly file: string | null
  readonly values: readonly ViewedValue[]
  readonly operations: readonly string[]
  readonly services: readonly ViewedService[]
  readonly channels: readonly string[]
  readonly hooks: readonly ViewedHook[]
}

interface ViewedService {
  readonly name: string
  /** The path or URL of its document; null where the document stands in the configuration. */
  readonly openapi: string | null
  readonly url: string | null
}

interface ViewedHook {
  readonly name: string
  /** How its calls are told from others. */
  readonly scheme: string
  readonly does: 'publish' | 'submit' | 'finish'
}

/** The configuration as it is in force, without its secrets. */
export function viewConfig({ config, origins, tracesSample }: Loaded): ConfigView {
  const shown: Readonly<Record<SettingName, string | number | null>> = {
    host: config.host,
    port: config.port,
    publicUrl: config.publicUrl,
    data: config.dataFolder,
    store: `${config.store.kind}:${config.store.folder}`,
    bus: config.bus.kind,
    auth: config.auth.kind,
    secret: config.secret === null ? null : '(hidden)',
    outboundAllow: config.outboundAllow.join(', ') || null,
    bodyBytes: formatSize(config.limits.bodyBytes),
    resultBytes: formatSize(config.limits.resultBytes),
    jobsMs: formatDuration(config.retention.jobsMs),
    tombstonesMs: formatDuration(config.retention.tombstonesMs),
    eventsMs: formatDuration(config.retention.eventsMs),
    deliveriesMs: formatDuration(config.retention.deliveriesMs),
    backlog: config.admission.backlog,
    ageMs: config.admission.ageMs === null ? null : formatDuration(config.admission.ageMs),
    deadLetterAlert: config.deadLetterAlert,
    slots: config.slots,
    logLevel: config.log.level,
    logFormat: config.log.format,
    tracesEndpoint: given(origins.tracesEndpoint, config.traces?.endpoint),
    otlpEndpoint: given(origins.otlpEndpoint, config.traces?.endpoint),
    tracesSample: config.traces?.sampling.ratio ?? tracesSample,
    shutdownMs: formatDuration(config.shutdownMs),
  }
  const names = Object.keys(shown) as SettingName[]
  return {
    file: config.file,
    values: names.map((name) => ({
      name: settings[name].path ?? (name === 'secret' ? name : (settings[name].env ?? name)),
      value: shown[name],
      origin: origins[name],
    })),
    operations: Object.keys(config.operations),
    services: Object.entries(config.services).map(([name, { options }]) => ({
      name,
      openapi: placeOf(options.openapi),
      url: options.url === undefined ? null : withoutCredentials(options.url),
    })),
    channels: Object.keys(config.channels),
    hooks: Object.entries(config.hooks).map(([name, { options }]) => {
      const { scheme, action } = hookOf(name, options)
      return { name, scheme: scheme.kind, does: action.kind }
    }),
  }
}

/** Two places name the same endpoint; it is shown where it was given. */
const given = ({ source }: Origin, endpoint: string | undefined): string | null =>
  source === 'default' || endpoint === undefined ? null : withoutCredentials(endpoint)

function placeOf(openapi: string | object): string | null {
  if (typeof openapi === 'string') return withoutCredentials(openapi)
  return openapi instanceof URL ? withoutCredentials(openapi.href) : null
}

/** Some write a password into an address. */
const withoutCredentials = (address: string): string =>
  address.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1(hidden)@')
