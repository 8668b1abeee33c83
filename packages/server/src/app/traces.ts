import type { Config } from '../config/config.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { createOutbound } from '../outbound/outbound.ts'
import type { OpenTracing } from '../telemetry/tracing/open-tracing.ts'
import { version } from './version.ts'

/**
 * Opens tracing where the configuration names an endpoint. Only then is OpenTelemetry loaded, which
 * takes longer than all the rest of a start.
 *
 * Its client is the guarded one like any other, but one of its own that may call nothing but the
 * collector: the operator named it, so it may be private, and nobody else's calls get to it for that.
 */
export async function openTraces(
  { traces }: Config,
  deps: {
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly telemetry: Telemetry
    readonly node: string
  },
): Promise<OpenTracing | null> {
  if (traces === null) return null
  for (const note of traces.notes) deps.log.warn({ note }, 'OpenTelemetry')
  const { openTracing } = await import('../telemetry/tracing/open-tracing.ts')
  const outbound = createOutbound({ allow: [hostOf(traces.endpoint)], clock: deps.clock })
  const opened = openTracing({ ...traces, ...deps, outbound, version })
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await outbound[Symbol.asyncDispose]()
    },
  }
}

function hostOf(endpoint: string): string {
  const { hostname, port, protocol } = new URL(endpoint)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}
