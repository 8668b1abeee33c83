import type { Config } from '../../config/config.ts'
import type { ServiceDefinition } from '../../define/service.ts'
import { createOutbound } from '../../outbound/outbound.ts'
import type { Outbound, OutboundFailure } from '../../ports/outbound.ts'
import { importFor } from '../mounted-services.ts'
import { systemClock } from '../system-clock.ts'
import { allowLine } from '../warn-private.ts'
import { bad, good, reasonOf, warning, type Finding } from './finding.ts'

const timeoutMs = 5_000
const maxBytes = 1_048_576

/** Reads the document of every service and knocks where its API is, through the guarded client. */
export async function checkUpstreams(config: Config): Promise<readonly Finding[]> {
  await using outbound = createOutbound({
    clock: systemClock,
    allow: config.outboundAllow,
    connectTimeoutMs: timeoutMs,
  })
  const services = Object.entries(config.services)
  return await Promise.all(
    services.map(([name, definition]) => checkService(name, definition, config, outbound)),
  )
}

async function checkService(
  name: string,
  { options }: ServiceDefinition,
  config: Config,
  outbound: Outbound,
): Promise<Finding> {
  const check = `service ${name}`
  try {
    const { servers, operations } = await importFor(name, options, { config, outbound })
    const url = options.url ?? servers.find((server) => /^https?:\/\/[^{}]+$/i.test(server))
    if (url === undefined)
      return bad(check, 'its document names no server', `services.${name}.url: 'http://…'`)
    return await knock(check, url, operations.length, outbound)
  } catch (error) {
    return bad(check, reasonOf(error), `buzzer import DOCUMENT --dry-run --name ${name}`)
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
