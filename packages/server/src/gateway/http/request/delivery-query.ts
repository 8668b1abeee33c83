import {
  deliveryStates,
  eventTypePrefix,
  parseBatchId,
  parseDeliveryId,
  parseEndpointId,
  parseJobId,
  type EndpointId,
  type Problem,
} from '@buzzer/contract'
import type { DeliveryState } from '../../../core/delivery.ts'
import type { DeliveryQuery } from '../../../ports/deliveries.ts'
import { isProblem } from '../answer/problem.ts'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { refuseParameters } from './known-parameters.ts'
import { readLimit } from './page.ts'
import { readTime } from './time-parameter.ts'

const ofOne = ['state', 'type', 'event', 'after', 'before', 'limit', 'cursor']
const ofAll = ['webhook', 'job', ...ofOne]

/**
 * Reads what a list of deliveries is narrowed to; a parameter that nobody knows is refused.
 *
 * @param endpoint the webhook that the path names; null where the query may name one
 */
export function readDeliveryQuery(
  request: HttpRequest,
  endpoint: EndpointId | null,
): DeliveryQuery | Problem {
  const query = request.query()
  const known = endpoint === null ? ofAll : ofOne
  const wrong = refuseParameters(query, known, ['state'])
  if (wrong !== null) return wrong
  const parts = {
    limit: readLimit(query.get('limit')),
    states: readStates(query.getAll('state')),
    createdAfter: readTime('after', query.get('after')),
    createdBefore: readTime('before', query.get('before')),
    cursor: readId('cursor', query.get('cursor'), parseDeliveryId),
    endpoint: endpoint ?? readId('webhook', query.get('webhook'), parseEndpointId),
    job: readId('job', query.get('job'), (text) => parseJobId(text) ?? parseBatchId(text)),
  }
  const problem = Object.values(parts).find((part) => isProblem(part))
  if (problem !== undefined) return problem
  const type = query.get('type')
  return {
    ...(parts as Parts),
    tenant: request.caller.tenant,
    type: type === null ? null : wholeType(type),
    event: query.get('event'),
  }
}

type Parts = Omit<DeliveryQuery, 'tenant' | 'type' | 'event'>

/** Buzzer's own types may be named without what they all begin with. */
export const wholeType = (type: string): string =>
  /^(?:job|batch|webhook|delivery)\.[a-z_]+$/.test(type) ? eventTypePrefix + type : type

function readStates(values: readonly string[]): readonly DeliveryState[] | null | Problem {
  if (values.length === 0) return null
  const names = values.flatMap((value) => value.split(','))
  const states = deliveryStates.filter((state) => names.includes(state))
  if (names.every((name) => (states as readonly string[]).includes(name))) return states
  return invalidParameter('state', `takes one or more of ${deliveryStates.join(', ')}`)
}

const readId = <Id extends string>(
  name: string,
  text: string | null,
  parse: (text: string) => Id | null,
): Id | null | Problem =>
  text === null ? null : (parse(text) ?? invalidParameter(name, 'is no id of that kind'))
