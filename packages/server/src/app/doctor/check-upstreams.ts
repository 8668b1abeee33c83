import type { Config } from '../../config/config.ts'
import type { ServiceDefinition } from '../../define/service.ts'
import { createOutbound } from '../../outbound/outbound.ts'
import type { Outbound, OutboundFailure } from '../../ports/outbound.ts'
import { importFor, mountService, type ServiceDeps } from '../mounted-services.ts'
import { allowLine } from '../warn-private.ts'
import { doctorDeps, refusals } from './check-definitions.ts'
import { bad, good, reasonOf, warning, type Finding } from './finding.ts'

const timeoutMs = 5_000
const maxBytes = 1_048_576

/**
 * Makes every service as a start makes it, and knocks where its API is, through the guarded client.
 */
export async function checkUpstreams(config: Config): Promise<readonly Finding[]> {
  const deps = doctorDeps()
  await using outbound = createOutbound({
    clock: deps.clock,
    allow: config.outboundAllow,
    connectTimeoutMs: timeoutMs,
  })
  const services = Object.entries(config.services)
  const findings = await Promise.all(
    services.map(([name, definition]) =>
      checkService(name, definition, { ...deps, config, outbound }),
    ),
  )
  return findings.flat()
}

async function checkService(
  name: string,
  { options }: ServiceDefinition,
  deps: ServiceDeps,
): Promise<readonly Finding[]> {
  const check = `service ${name}`
  const imported = await importFor(name, options, deps).catch(reasonOf)
  if (typeof imported === 'string')
    return [bad(check, imported, `buzzer import DOCUMENT --dry-run --name ${name}`)]
  try {
    const { url, runner } = mountService(name, options, imported, deps)
    await using _runner = runner
    return [await knock(check, url, imported.operations.length, deps.outbound)]
  } catch (error) {
    return refusals(check, error, deps.config)
  }
}

/** HEAD changes nothing, and any answer shows that somebody is there. */
async function knock(
  check: string,
  url: string,
  operations: number,
  outbound: Outbound,
): Promise<Finding> {
  const startedAt = performance.now()
  const outcome = await outbound.call({
    method: 'HEAD',
    url,
    headers: [],
    body: null,
    timeoutMs,
    maxBytes,
    signal: AbortSignal.timeout(timeoutMs),
  })
  const tookMs = Math.round(performance.now() - startedAt)
  const what = `${url} (${operations === 1 ? '1 operation' : `${operations} operations`})`
  if (outcome.kind === 'answered') {
    const { status } = outcome.answer
    const found = `${what} answered ${status} in ${tookMs} ms`
    return status >= 500 ? warning(check, found, 'look at its log') : good(check, found)
  }
  const { failure } = outcome
  return bad(check, `${what}: ${failure.detail}`, fixOf(failure, url))
}

function fixOf({ reason, detail }: OutboundFailure, url: string): string {
  if (reason === 'rejected' && URL.canParse(url)) return allowLine(new URL(url))
  if (/ENOTFOUND|EAI_AGAIN/.test(detail)) return 'look at the name in url, and at the DNS'
  if (/CERT|TLS|SSL|SELF_SIGNED/i.test(detail))
    return 'look at its certificate (NODE_EXTRA_CA_CERTS)'
  return 'start it, or look at url and the firewall between'
}
