import type { Problem } from '@buzzer/contract'
import { steeredAtMost } from '../../../engine/dead-letters.ts'
import type { DeadLetterFilter } from '../../../ports/dead-letters.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import {
  filterMembers,
  readDeadLetterFilter,
  type FilterMember,
  type FilterSource,
} from './dead-letter-filter.ts'
import type { HttpRequest } from './http-request.ts'
import { pointerPart, readJsonObject, type Members } from './json-object.ts'

/** What the body of a retry or a discard says. */
export interface DeadLetterOrder {
  readonly filter: DeadLetterFilter
  readonly limit: number
  /** Milliseconds between two; null where nothing was said. */
  readonly everyMs: number | null
  /** It names what it means, or says that it means all. */
  readonly isExplicit: boolean
}

type Verb = 'retry' | 'discard'

/** A rate spreads runs over time, of which a discard has none. */
const members: Readonly<Record<Verb, readonly string[]>> = {
  retry: [...filterMembers, 'all', 'limit', 'rate'],
  discard: [...filterMembers, 'all', 'limit'],
}

/** Reads a JSON object: a filter, and how much of it is to be done at once. */
export const readDeadLetterOrder = (
  ctx: HttpContext,
  request: HttpRequest,
  verb: Verb,
): Promise<DeadLetterOrder | Problem> =>
  readJsonObject(
    ctx,
    request,
    (given) => refuseMembers(given, verb) ?? readOrder(request.caller.tenant, given),
  )

function readOrder(tenant: string, given: Members): DeadLetterOrder | Problem {
  const value: ReadonlyMap<string, unknown> = new Map(Object.entries(given))
  const filter = readDeadLetterFilter(tenant, sourceOf(value))
  if (isProblem(filter)) return filter
  const limit = value.get('limit') ?? steeredAtMost
  if (!isCount(limit)) return wrong('limit', `takes a whole number from 1 to ${steeredAtMost}`)
  const everyMs = readRate(value.get('rate'))
  if (isProblem(everyMs)) return everyMs
  const isNarrowed = filterMembers.some((name) => value.has(name))
  const all = value.get('all')
  if (all !== undefined && (all !== true || isNarrowed)) {
    return wrong('all', 'takes true, and stands in the place of a filter')
  }
  return { filter, limit, everyMs, isExplicit: isNarrowed || all === true }
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= steeredAtMost

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const

/** @returns the milliseconds between two; null where there is no rate */
function readRate(value: unknown): number | null | Problem {
  if (value === undefined) return null
  const [, count = '', unit = ''] =
    typeof value === 'string' ? (/^([1-9]\d{0,5})\/([smh])$/.exec(value) ?? []) : []
  return count === ''
    ? wrong('rate', "takes a rate such as '50/s', '100/m' or '1000/h'")
    : unitMs[unit as keyof typeof unitMs] / Number(count)
}

function refuseMembers(given: Members, verb: Verb): Problem | null {
  const entries = Object.entries(given)
  const unknown = entries.find(([name]) => !members[verb].includes(name))
  if (unknown !== undefined) {
    return wrong(unknown[0], `is not known here; there are ${members[verb].join(', ')}`)
  }
  const notText = entries.find(([name, each]) => isText(name) && typeof each !== 'string')
  return notText === undefined ? null : wrong(notText[0], 'is not a text')
}

const isText = (name: string): boolean =>
  name !== 'ids' && (filterMembers as readonly string[]).includes(name)

const sourceOf = (value: ReadonlyMap<string, unknown>): FilterSource => ({
  text: (name) => (value.get(name) as string | undefined) ?? null,
  ids() {
    const ids = value.get('ids')
    if (ids === undefined) return null
    return Array.isArray(ids) ? ids.map(String) : ['']
  },
  wrong: (name: FilterMember, rule) => wrong(name, rule),
})

function wrong(name: string, rule: string): Problem {
  const errors = [{ pointer: `/${pointerPart(name)}`, detail: rule }]
  return { code: 'validation-failed', detail: `The member \`${name}\` ${rule}.`, errors }
}
