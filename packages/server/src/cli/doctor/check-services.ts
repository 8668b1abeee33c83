import { bad, reasonOf, warning, type Finding } from '../../app/doctor/finding.ts'
import { isRefusal } from '../../app/mounted-services.ts'
import { allowLine } from '../../app/warn-private.ts'
import { isRecord } from '../../config/check-keys.ts'
import { ask } from './ask.ts'

/** Far more than anybody has; a server that never ends its list is not followed. */
const mostPages = 50

/** What the list of a server says of one service, as far as it is looked at here. */
interface Listed {
  readonly name: string
  readonly origin: string
  readonly url: string | null
  readonly isShadowed: boolean
  readonly problem: string | null
  readonly notes: readonly string[]
}

/**
 * Services that a running server cannot use, or whose calls it refuses. Only the server knows those
 * that were defined at run time.
 *
 * @param which those of the configuration need not be told where that is looked at itself
 */
export async function checkServices(
  server: string,
  which: 'all' | 'stored',
): Promise<readonly Finding[]> {
  try {
    const services = await listServices(server)
    return services
      .filter(({ origin }) => which === 'all' || origin === 'store')
      .flatMap((service) => judge(service, server))
  } catch (error) {
    const found = `${server}/v1/services cannot be read: ${reasonOf(error)}`
    return [warning('services', found, 'look at its log')]
  }
}

async function listServices(server: string): Promise<readonly Listed[]> {
  const found: Listed[] = []
  let query = ''
  for (let page = 0; page < mostPages; page += 1) {
    const { status, body } = await ask(`${server}/v1/services${query}`)
    // Who may not look at them, or an older server, says nothing of what is wrong.
    if (status !== 200 || !Array.isArray(body['services'])) return found
    found.push(...body['services'].filter(isRecord).map(readListed))
    if (typeof body['next'] !== 'string') return found
    query = `?cursor=${encodeURIComponent(body['next'])}`
  }
  return found
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const readListed = (entry: Readonly<Record<string, unknown>>): Listed => ({
  name: textOf(entry['name']) ?? '',
  origin: textOf(entry['origin']) ?? '',
  url: textOf(entry['url']),
  isShadowed: entry['shadowed'] === true,
  problem: textOf(entry['problem']),
  notes: Array.isArray(entry['notes'])
    ? entry['notes'].filter((note) => textOf(note) !== null)
    : [],
})

function judge({ name, url, isShadowed, problem, notes }: Listed, server: string): Finding[] {
  const check = `service ${name}`
  if (isShadowed) {
    const found = `the one that was defined at run time is not used: ${problem ?? 'it is shadowed'}`
    return [warning(check, found, `give services.${name} of the configuration another name`)]
  }
  if (problem !== null)
    return [bad(check, `out of order: ${problem}`, fixOf(name, problem, server))]
  const refusal = notes.find(isRefusal)
  if (refusal === undefined) return []
  const fix = url !== null && URL.canParse(url) ? allowLine(new URL(url)) : null
  return [bad(check, refusal, fix)]
}

const fixOf = (name: string, problem: string, server: string): string =>
  /another secret/.test(problem)
    ? 'start the server with the key of before: BUZZER_SECRET, or secret.key in its data folder'
    : `PUT ${server}/v1/services/${name} with what it is to be, or DELETE it`
