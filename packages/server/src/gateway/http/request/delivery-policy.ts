import { parseDuration } from '@buzzer/contract'
import { defaultDeliveryPolicy, type DeliveryPolicy } from '../../../core/delivery-policy.ts'
import { isMembers, refuseUnknown, type Members, type Refuse } from './json-object.ts'

const members = [
  'schedule',
  'timeout',
  'concurrency',
  'ordered',
  'disableAfter',
  'ratePerMinute',
] as const
const disableMembers = ['failures', 'failingFor'] as const

const second = 1_000
const minute = 60 * second
const day = 86_400_000

/** Attempts of one schedule, at most. */
const longestSchedule = 50
const longestWaitMs = 7 * day
const timeoutMs = { least: 100, most: 120 * second }
const mostConcurrency = 256
const mostFailures = 1_000_000
const failingForMs = { least: minute, most: 365 * day }
const mostRatePerMinute = 1_000_000

/**
 * Reads a policy as far as it is said, over what there is; null for a member is its default.
 *
 * @param before what holds where nothing is said
 */
export function readDeliveryPolicy(
  value: unknown,
  before: DeliveryPolicy,
  refuse: Refuse,
): DeliveryPolicy {
  if (value === undefined) return before
  if (value === null) return defaultDeliveryPolicy
  if (!isMembers(value)) {
    refuse('/policy', 'has to be an object')
    return before
  }
  refuseUnknown(value, members, '/policy', refuse)
  const read = readerOf(value, before, refuse)
  return {
    scheduleMs: read('schedule', 'scheduleMs', readSchedule),
    timeoutMs: read('timeout', 'timeoutMs', readTimeout),
    concurrency: read('concurrency', 'concurrency', (given) => count(given, mostConcurrency)),
    ordered: read('ordered', 'ordered', (given) =>
      typeof given === 'boolean' ? given : wrong('has to be true or false'),
    ),
    disableAfter: readDisabling(value['disableAfter'], before.disableAfter, refuse),
    ratePerMinute: read('ratePerMinute', 'ratePerMinute', (given) =>
      count(given, mostRatePerMinute),
    ),
  }
}

/** What is wrong with a value, in place of it. */
interface Wrong {
  readonly wrong: string
}

const wrong = (detail: string): Wrong => ({ wrong: detail })

const isWrong = (value: unknown): value is Wrong =>
  typeof value === 'object' && value !== null && 'wrong' in value

function readerOf(value: Members, before: DeliveryPolicy, refuse: Refuse) {
  return <Name extends keyof DeliveryPolicy>(
    member: string,
    name: Name,
    parse: (given: unknown) => DeliveryPolicy[Name] | Wrong,
  ): DeliveryPolicy[Name] => {
    const given = value[member]
    if (given === undefined) return before[name]
    if (given === null) return defaultDeliveryPolicy[name]
    const read = parse(given)
    if (!isWrong(read)) return read
    refuse(`/policy/${member}`, read.wrong)
    return before[name]
  }
}

function readSchedule(given: unknown): readonly number[] | Wrong {
  const waits = Array.isArray(given) ? given.map(durationOf) : []
  const isSchedule =
    waits.length >= 1 &&
    waits.length <= longestSchedule &&
    waits.every((wait) => wait !== null && wait <= longestWaitMs)
  return isSchedule
    ? (waits as number[])
    : wrong(`has to be a list of 1 to ${longestSchedule} waits such as "5s", each at most 7d`)
}

function readTimeout(given: unknown): number | Wrong {
  const ms = durationOf(given)
  return ms !== null && ms >= timeoutMs.least && ms <= timeoutMs.most
    ? ms
    : wrong('has to be a duration from 100ms to 120s')
}

const durationOf = (given: unknown): number | null =>
  typeof given === 'string' ? parseDuration(given) : null

const readFailingFor = (given: unknown, before: number, standard: number): number | null => {
  if (given === undefined) return before
  return given === null ? standard : durationOf(given)
}

const count = (given: unknown, most: number): number | Wrong =>
  typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= most
    ? given
    : wrong(`has to be a whole number from 1 to ${most}`)

function readDisabling(
  value: unknown,
  before: DeliveryPolicy['disableAfter'],
  refuse: Refuse,
): DeliveryPolicy['disableAfter'] {
  if (value === undefined) return before
  if (value === null) return defaultDeliveryPolicy.disableAfter
  if (!isMembers(value)) {
    refuse('/policy/disableAfter', 'has to be an object')
    return before
  }
  refuseUnknown(value, disableMembers, '/policy/disableAfter', refuse)
  const { failures: givenFailures = before.failures, failingFor } = value
  const standard = defaultDeliveryPolicy.disableAfter
  const failures = count(givenFailures ?? standard.failures, mostFailures)
  const ms = readFailingFor(failingFor, before.failingForMs, standard.failingForMs)
  const isLength = ms !== null && ms >= failingForMs.least && ms <= failingForMs.most
  if (isWrong(failures)) refuse('/policy/disableAfter/failures', failures.wrong)
  if (!isLength) refuse('/policy/disableAfter/failingFor', 'has to be a duration from 1m to 365d')
  return isWrong(failures) || !isLength ? before : { failures, failingForMs: ms }
}
