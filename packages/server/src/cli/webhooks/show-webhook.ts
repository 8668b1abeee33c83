import type { WebhookDocument } from '@buzzer/client'
import { showAge } from '../show-time.ts'
import { layOut } from '../table.ts'
import { paint, writeLine, type Output, type Terminal } from '../terminal.ts'

/** How one stands, in a word: it works, it fails, or nothing is sent to it. */
function showHealth(stream: Output, { enabled, disabled, health }: WebhookDocument): string {
  if (!enabled) return paint(stream, 'red', `disabled${disabled ? ` (${disabled.reason})` : ''}`)
  return health.failures === 0
    ? paint(stream, 'green', 'enabled')
    : paint(stream, 'yellow', `failing (${health.failures})`)
}

/** The list, for people. */
export function showWebhooks(
  stream: Output,
  webhooks: readonly WebhookDocument[],
  now: number,
): readonly string[] {
  const head = ['WEBHOOK', 'STATE', 'URL', 'CHANNELS', 'LAST SUCCESS'].map((title) =>
    paint(stream, 'dim', title),
  )
  const rows = webhooks.map((webhook) => [
    webhook.id,
    showHealth(stream, webhook),
    webhook.url,
    webhook.channels.join(', '),
    webhook.health.lastSuccessAt === null ? '' : showAge(webhook.health.lastSuccessAt, now),
  ])
  return layOut([head, ...rows])
}

/** Everything about one, for people. */
export function showWebhook(stream: Output, webhook: WebhookDocument): readonly string[] {
  const { policy, health, disabled } = webhook
  const facts: readonly (readonly [string, string | null])[] = [
    ['url', webhook.url],
    ['description', webhook.description],
    ['channels', webhook.channels.join(', ')],
    ['types', webhook.types?.join(', ') ?? null],
    ['filter', jsonOf(webhook.filter)],
    ['mapping', jsonOf(webhook.mapping)],
    ['headers', headersOf(webhook)],
    ['attempts', `after ${policy.schedule.join(', ')}`],
    ['timeout', policy.timeout],
    ['at once', policy.ordered ? '1, in order' : `${policy.concurrency} at most`],
    ['rate', policy.ratePerMinute === null ? null : `${policy.ratePerMinute} a minute`],
    ['disabled', disabled === null ? null : `${disabled.at}, ${disabled.reason}`],
    ['failing since', health.failingSince],
    ['last success', health.lastSuccessAt],
    ['secret before', untilOf(webhook.previousSecretUntil)],
    ['created', webhook.createdAt],
    ['changed', `${webhook.changedAt}, version ${webhook.version}`],
  ]
  const rows = facts.flatMap(([name, value]) =>
    value === null ? [] : [[`  ${paint(stream, 'dim', name)}`, value]],
  )
  const title = `${paint(stream, 'bold', webhook.id)}  ${showHealth(stream, webhook)}`
  return [title, ...layOut(rows)]
}

const jsonOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

const untilOf = (time: string | null): string | null =>
  time === null ? null : `signs too until ${time}`

const headersOf = ({ headers }: WebhookDocument): string | null =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ') || null

/** One in a line, after it was changed. */
export const writeWebhook = ({ stdout }: Terminal, webhook: WebhookDocument): void =>
  writeLine(stdout, `${webhook.id}  ${showHealth(stdout, webhook)}  ${webhook.url}`)
