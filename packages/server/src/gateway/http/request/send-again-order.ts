import type { Problem } from '@buzzer/contract'
import type { Millis } from '../../../core/time.ts'
import type { Replay } from '../../../engine/webhooks/replay.ts'
import type { RedeliverMany } from '../../../engine/webhooks/send-again.ts'
import { wholeType } from './delivery-query.ts'
import { readMembers, type Members, type Refuse } from './json-object.ts'
import { parseMoment } from './moment.ts'

type FailedOnes = Omit<RedeliverMany, 'endpoint' | 'signal'>
type Range = Omit<Replay, 'endpoint' | 'signal'>

/** Deliveries a second, where nothing is said. */
const defaultRate = 50
const mostRate = 10_000
/** Slower than this it would take years, or would be no time that a clock can show. */
const longestEveryMs = 3_600_000

/** Reads which failed deliveries are sent again. */
export const readFailedOnes = (members: Members): FailedOnes | Problem =>
  readMembers(members, ['after', 'before', 'type', 'rate'], (refuse) => ({
    createdAfter: readMoment(members, 'after', refuse),
    createdBefore: readMoment(members, 'before', refuse),
    type: readText(members, 'type', refuse),
    everyMs: readEvery(members['rate'], refuse),
  }))

/** Reads which range is delivered once more. */
export const readReplay = (members: Members, now: Millis): Range | Problem =>
  readMembers(members, ['since', 'until', 'channel', 'rate'], (refuse) => {
    const since = readMoment(members, 'since', refuse)
    const until = readMoment(members, 'until', refuse) ?? now
    if (members['since'] === undefined) refuse('/since', 'has to be there: a time of RFC 3339')
    else if (since !== null && since >= until) refuse('/until', 'has to be later than `since`')
    return {
      since: since ?? now,
      until,
      channel: readText(members, 'channel', refuse),
      everyMs: readEvery(members['rate'], refuse),
    }
  })

function readMoment(members: Members, name: string, refuse: Refuse): Millis | null {
  const value = members[name]
  if (value === undefined || value === null) return null
  const at = typeof value === 'string' ? parseMoment(value, Infinity) : null
  if (at === null) refuse(`/${name}`, 'has to be a time of RFC 3339')
  return at
}

function readText(members: Members, name: string, refuse: Refuse): string | null {
  const value = members[name]
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && value !== '') return name === 'type' ? wholeType(value) : value
  refuse(`/${name}`, 'has to be text')
  return null
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const

/** A number of a second, or text such as `50/s`. @returns the milliseconds between two */
function readEvery(value: unknown, refuse: Refuse): number {
  if (value === undefined || value === null) return 1_000 / defaultRate
  const [, count = '', unit = ''] =
    typeof value === 'string' ? (/^([1-9]\d{0,5})\/([smh])$/.exec(value) ?? []) : []
  const everyMs =
    typeof value === 'number' ? 1_000 / value : unitMs[unit as keyof typeof unitMs] / Number(count)
  if (everyMs >= 1_000 / mostRate && everyMs <= longestEveryMs) return everyMs
  refuse(
    '/rate',
    `has to be how many a second, up to ${mostRate}, or text such as "100/m" or "1/h"`,
  )
  return 1_000 / defaultRate
}
