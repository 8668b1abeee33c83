import type { ConfigIssue } from '../define/errors.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import type { TracesConfig } from './config.ts'
import { show } from '../define/show.ts'
import { filled, type Origins, type Sources, type Values } from './read-settings.ts'

/** Finds keys below `telemetry.traces` that mean nothing. */
export function checkTraces({
  telemetry,
}: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  const traces = isRecord(telemetry) ? telemetry['traces'] : undefined
  if (traces === undefined) return []
  return isRecord(traces)
    ? unknownKeys('telemetry.traces.', traces, ['endpoint', 'sample'])
    : [{ path: 'telemetry.traces', detail: `${show(traces)} is not an object` }]
}

/**
 * Where traces go and how many, of the file and of the standard variables of OpenTelemetry
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). As other
 * programs share those, one that cannot be followed is a note and no fault.
 *
 * @returns null where no endpoint is given, or tracing is turned off
 */
export function tracesOf(sources: Sources, values: Values, origins: Origins): TracesConfig | null {
  const read = (name: string): string | undefined =>
    filled(sources.env[name]) ?? filled(sources.dotEnv[name])
  const either = (name: string): string | undefined =>
    read(name.replace('_OTLP_', '_OTLP_TRACES_')) ?? read(name)
  const endpoint = endpointOf(values, origins)
  const isOff = isSaid(read('OTEL_SDK_DISABLED'), 'true')
  const isUnsent = isSaid(read('OTEL_TRACES_EXPORTER'), 'none')
  if (endpoint === null || isOff || isUnsent) return null
  const notes: string[] = []
  const number = numberReader(read, notes)
  const protocol = either('OTEL_EXPORTER_OTLP_PROTOCOL') ?? spoken
  if (protocol !== spoken) notes.push(`traces are sent as ${spoken}, not as ${protocol}`)
  return {
    endpoint,
    headers: pairsOf(either('OTEL_EXPORTER_OTLP_HEADERS')),
    gzip: isSaid(either('OTEL_EXPORTER_OTLP_COMPRESSION'), 'gzip'),
    timeoutMs: numberReader(either, notes)('OTEL_EXPORTER_OTLP_TIMEOUT', 10_000),
    sampling: samplingOf(read, values.tracesSample, notes),
    resource: {
      'service.name': 'buzzer',
      ...Object.fromEntries(pairsOf(read('OTEL_RESOURCE_ATTRIBUTES'))),
      ...named(read('OTEL_SERVICE_NAME')),
    },
    queue: {
      spans: number('OTEL_BSP_MAX_QUEUE_SIZE', 8_192),
      batch: number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
      delayMs: number('OTEL_BSP_SCHEDULE_DELAY', 2_000),
    },
    notes,
  }
}

/** The standard takes these words in whichever case. */
const isSaid = (text: string | undefined, word: string): boolean => text?.toLowerCase() === word

type ReadVariable = (name: string) => string | undefined

const spoken = 'http/protobuf'

const named = (name: string | undefined): Readonly<Record<string, string>> =>
  name === undefined ? {} : { 'service.name': name }

/** The variable for all signals names the collector, and the environment outweighs the file. */
function endpointOf({ tracesEndpoint, otlpEndpoint }: Values, origins: Origins): string | null {
  const fileOnly = origins.tracesEndpoint.source === 'file'
  if (tracesEndpoint !== null && !(fileOnly && otlpEndpoint !== null)) return tracesEndpoint
  return otlpEndpoint === null ? null : `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`
}

/** `name=value` with commas between, percent-encoded, as in W3C Baggage. */
const pairsOf = (text: string | undefined): readonly (readonly [string, string])[] =>
  (text ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at)).trim()
    return name === '' ? [] : [[name, decoded(pair.slice(at + 1).trim())] as const]
  })

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const numberReader =
  (read: ReadVariable, notes: string[]) =>
  (name: string, fallback: number): number => {
    const text = read(name)
    if (text === undefined) return fallback
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    notes.push(`${name} is no whole number, so it is ${fallback}`)
    return fallback
  }

const samplers: Readonly<Record<string, (sample: number) => TracesConfig['sampling']>> = {
  always_on: () => ({ followsParent: false, ratio: 1 }),
  always_off: () => ({ followsParent: false, ratio: 0 }),
  traceidratio: (ratio) => ({ followsParent: false, ratio }),
  parentbased_always_on: () => ({ followsParent: true, ratio: 1 }),
  parentbased_always_off: () => ({ followsParent: true, ratio: 0 }),
  parentbased_traceidratio: (ratio) => ({ followsParent: true, ratio }),
}

function samplingOf(read: ReadVariable, sample: number, notes: string[]): TracesConfig['sampling'] {
  const name = read('OTEL_TRACES_SAMPLER')
  if (name === undefined) return { followsParent: true, ratio: sample }
  const word = name.toLowerCase()
  const sampler = Object.hasOwn(samplers, word) ? samplers[word] : undefined
  if (sampler === undefined) {
    notes.push(
      `OTEL_TRACES_SAMPLER=${name} is not known; there are ${Object.keys(samplers).join(', ')}`,
    )
    return { followsParent: true, ratio: sample }
  }
  const argument = Number(read('OTEL_TRACES_SAMPLER_ARG') ?? sample)
  if (argument >= 0 && argument <= 1) return sampler(argument)
  notes.push(`OTEL_TRACES_SAMPLER_ARG is not between 0 and 1, so it is ${sample}`)
  return sampler(sample)
}
