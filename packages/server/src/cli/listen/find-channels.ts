import { BuzzerError } from '@buzzer/client'
import { parseSequence } from '@buzzer/contract'
import { isRecord } from '../../config/check-keys.ts'
import { CommandError } from '../command-error.ts'
import type { AnyClient } from '../connect.ts'
import { isProblem } from '../send-document.ts'

export interface FoundChannels {
  readonly names: ReadonlySet<string>
  /** Declarations with parameters, each of which stands for any number of channels. */
  readonly patterns: readonly string[]
}

/**
 * What can be listened to without a name: the outcomes of every operation, and every declared
 * channel that is one and not a pattern for many.
 *
 * @throws CommandError where the server does not let us look
 */
export async function findChannels(client: AnyClient, signal: AbortSignal): Promise<FoundChannels> {
  const operations = await namesOf(client, 'operations', signal)
  const channels = await namesOf(client, 'channels', signal)
  const isPattern = (name: string): boolean => name.includes('{')
  const single = channels.filter((name) => !isPattern(name))
  return {
    names: new Set([...operations.map((name) => `operations/${name}`), ...single]),
    patterns: channels.filter(isPattern),
  }
}

async function namesOf(
  client: AnyClient,
  plural: 'operations' | 'channels',
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names: string[] = []
  for (let cursor = ''; ;) {
    const answer = await client.fetch(`/v1/${plural}?limit=1000${cursor}`, { signal })
    const page = await readPage(answer, plural)
    names.push(...page.names)
    if (page.next === null) return names
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

async function readPage(answer: unknown, plural: string) {
  const response = answer instanceof Response ? answer : null
  const body: unknown = await response?.json().catch(() => null)
  if (response?.ok !== true && isProblem(body)) throw refusal(new BuzzerError(body))
  const entries = isRecord(body) ? body[plural] : null
  if (!isRecord(body) || !Array.isArray(entries)) throw noList(plural)
  const names = entries.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry['name'] === 'string' ? [entry['name']] : [],
  )
  return { names, next: typeof body['next'] === 'string' ? body['next'] : null }
}

/** The offset of the newest event of a channel; 0 where nobody can tell. */
export async function presentOffset(
  client: AnyClient,
  channel: string,
  signal: AbortSignal,
): Promise<number> {
  const path = `/v1/channels/${encodeURIComponent(channel.replaceAll('/', '.'))}/events`
  const headers = { accept: 'application/json' }
  const answer: unknown = await client.fetch(path, { headers, signal })
  const body: unknown = answer instanceof Response ? await answer.json().catch(() => null) : null
  const next = isRecord(body) && typeof body['next'] === 'string' ? body['next'] : ''
  return parseSequence(next) ?? 0
}

/** Who may read a channel may not always see what others there are. */
const refusal = (error: BuzzerError): Error =>
  error.status === 401 || error.status === 403
    ? new CommandError('What there is to listen to cannot be looked up.', {
        code: error.code,
        why: [error.message],
        fix: 'name the channels, such as: buzzer listen operations/render-report',
        cause: error,
      })
    : error

const noList = (plural: string): CommandError =>
  new CommandError('Unexpected answer', {
    code: 'unexpected-response',
    why: [`The answer is not a list of ${plural}.`],
    fix: '--url with the address of a Buzzer',
  })
