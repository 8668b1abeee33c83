import { bad, good, warning, type Finding } from '../../app/doctor/finding.ts'
import { localUrl, urlHost } from '../../config/server-address.ts'
import { isFree, nextFreePort } from '../free-port.ts'
import { ask } from './ask.ts'
import { checkServices } from './check-services.ts'

interface Probe {
  readonly kind: 'buzzer' | 'other' | 'nobody'
  readonly isReady: boolean
  /** What it says of itself where it is not ready. */
  readonly detail: string
}

/** A server elsewhere, or one that is thought to run. */
export async function checkServer(url: string): Promise<readonly Finding[]> {
  const probe = await probeServer(url)
  const services = probe.kind === 'buzzer' ? await checkServices(url, 'all') : []
  return [judgeServer(url, probe), ...services]
}

function judgeServer(url: string, probe: Probe): Finding {
  if (probe.kind === 'nobody')
    return bad(
      'server',
      `${url} cannot be reached: ${probe.detail}`,
      'buzzer start, or another --url',
    )
  if (probe.kind === 'other')
    return bad('server', `${url} is no Buzzer: ${probe.detail}`, 'another --url')
  return probe.isReady
    ? good('server', `${url} runs and is ready`)
    : bad('server', `${url} runs and is not ready: ${probe.detail}`, 'look at its log')
}

/**
 * Whether a server could be started there, or runs there already; of one that works on the data
 * here also what it says of its services.
 *
 * @param isInUse whether some server works on the data here
 */
export async function checkPort(
  host: string,
  port: number,
  isInUse: boolean,
): Promise<readonly Finding[]> {
  const place = `${urlHost(host)}:${port}`
  if (port === 0 || (await isFree(host, port))) return [good('port', `${place} is free`)]
  const url = localUrl(host, port)
  const probe = await probeServer(url)
  if (probe.kind === 'buzzer' && isInUse)
    return [judgeOwn(place, probe), ...(await checkServices(url, 'stored'))]
  const fix = `buzzer start --port ${await nextFreePort(host, port)}`
  return probe.kind === 'buzzer'
    ? [warning('port', `${place}: a Buzzer runs there, with other data`, fix)]
    : [bad('port', `${place} is taken by another program`, fix)]
}

function judgeOwn(place: string, { isReady, detail }: Probe): Finding {
  if (isReady) return good('port', `${place}: a Buzzer runs there, and is ready`)
  return bad('port', `a Buzzer runs on ${place} and is not ready: ${detail}`, 'look at its log')
}

async function probeServer(url: string): Promise<Probe> {
  try {
    const health = await ask(`${url}/healthz`)
    if (!health.isJson || health.body['status'] !== 'ok')
      return { kind: 'other', isReady: false, detail: `/healthz answers ${health.status}` }
    const ready = await ask(`${url}/readyz`)
    const { detail } = ready.body
    const said = typeof detail === 'string' ? detail : `/readyz answers ${ready.status}`
    return { kind: 'buzzer', isReady: ready.status === 200, detail: said }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return {
      kind: 'nobody',
      isReady: false,
      detail: cause instanceof Error ? cause.message : String(cause),
    }
  }
}
