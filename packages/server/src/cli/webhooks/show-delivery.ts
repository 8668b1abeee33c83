import type {
  DeliveryAttemptDocument,
  DeliveryDocument,
  DeliveryState,
  WholeDeliveryDocument,
} from '@buzzer/client'
import { showAge, showSpan } from '../show-time.ts'
import { layOut } from '../table.ts'
import { paint, type Colour, type Output } from '../terminal.ts'

const colours: Readonly<Record<DeliveryState, Colour>> = {
  scheduled: 'yellow',
  sending: 'cyan',
  delivered: 'green',
  failed: 'red',
}

const showState = (stream: Output, state: DeliveryState): string =>
  paint(stream, colours[state], state)

/** What the last attempt came to: the status that was answered, or why none was. */
const outcomeOf = ({ status, error }: Pick<DeliveryDocument, 'status' | 'error'>): string =>
  [status === null ? '' : String(status), error ?? ''].filter((part) => part !== '').join('  ')

/** The list, for people. */
export function showDeliveries(
  stream: Output,
  deliveries: readonly DeliveryDocument[],
  now: number,
): readonly string[] {
  const head = ['DELIVERY', 'STATE', 'ATTEMPT', 'TYPE', 'CHANNEL', 'AGE', ''].map((title) =>
    paint(stream, 'dim', title),
  )
  const rows = deliveries.map((delivery) => [
    delivery.id,
    showState(stream, delivery.state),
    `${delivery.attempt}/${delivery.maxAttempts}`,
    delivery.event.type,
    delivery.event.channel,
    showAge(delivery.createdAt, now),
    outcomeOf(delivery),
  ])
  return layOut([head, ...rows])
}

/** One in a line, after it was scheduled. */
export const showDelivery = (stream: Output, { id, state, url }: DeliveryDocument): string =>
  `${id}  ${showState(stream, state)}  ${url}`

/** Everything about one, for people. */
export function showWholeDelivery(
  stream: Output,
  delivery: WholeDeliveryDocument,
): readonly string[] {
  const { event } = delivery
  const facts: readonly (readonly [string, string | null])[] = [
    ['url', delivery.url],
    ['webhook', delivery.webhook],
    ['callback of', delivery.callback],
    ['event', `${event.id}  ${event.type}`],
    ['channel', `${event.channel}, offset ${Number(event.sequence)}`],
    ['attempts', `${delivery.attempt} of ${delivery.maxAttempts}`],
    ['created', delivery.createdAt],
    ['next attempt', delivery.nextAttemptAt],
    ['finished', delivery.finishedAt],
    ['error', delivery.error],
    ['body', delivery.body ?? 'erased'],
  ]
  const rows = facts.flatMap(([name, value]) =>
    value === null ? [] : [[`  ${paint(stream, 'dim', name)}`, value]],
  )
  return [
    `${paint(stream, 'bold', delivery.id)}  ${showState(stream, delivery.state)}`,
    ...layOut(rows),
    ...delivery.attempts.flatMap((attempt) => showAttempt(stream, attempt)),
  ]
}

/** In a line, and what was answered below it. */
function showAttempt(stream: Output, attempt: DeliveryAttemptDocument): readonly string[] {
  const { at, latencyMs, status, error, answer } = attempt
  const outcome = paint(stream, error === null ? 'green' : 'red', outcomeOf({ status, error }))
  const line = `  attempt ${attempt.attempt}  ${at}  ${outcome}  ${showSpan(latencyMs)}`
  const text = answer?.body.trimEnd() ?? ''
  if (text === '') return [line]
  const more = answer?.truncated === true ? ['…'] : []
  return [
    line,
    ...[...text.split('\n'), ...more].map((each) => `    ${paint(stream, 'dim', each)}`),
  ]
}
