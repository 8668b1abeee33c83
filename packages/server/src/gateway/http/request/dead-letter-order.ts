import type { Problem } from '@buzzer/contract'
import { steeredAtMost } from '../../../engine/dead-letters.ts'
import type { DeadLetterFilter } from '../../../ports/dead-letters.ts'
import { isProblem } from '../answer/problem.ts'
import {
  filterMembers,
  readDeadLetterFilter,
  type FilterMember,
  type FilterSource,
} from './dead-letter-filter.ts'
import type { HttpRequest } from './http-request.ts'
import { parseJson } from './parse-json.ts'

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
export function readDeadLetterOrder(request: HttpRequest, verb: Verb): DeadLetterOrder | Problem {
  const body = readBody(request.body, verb)
  if (body.kind === 'problem') return body.problem
  const { value } = body
  const filter = readDeadLetterFilter(request.caller.tenant, sourceOf(value))
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

/** What the caller wrote stays apart from what we say, which looks alike where it has a `code`. */
type Body =
  | { readonly kind: 'members'; readonly value: ReadonlyMap<string, unknown> }
  | { readonly kind: 'problem'; readonly problem: Problem }

function readBody(body: Uint8Array | null, verb: Verb): Body {
  if (body === null) return { kind: 'members', value: new Map() }
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('', 'is not a JSON object')
  }
  const entries = Object.entries(value)
  const unknown = entries.find(([name]) => !members[verb].includes(name))
  if (unknown !== undefined) {
    return refused(unknown[0], `is not known here; there are ${members[verb].join(', ')}`)
  }
  const notText = entries.find(([name, each]) => isText(name) && typeof each !== 'string')
  if (notText !== undefined) return refused(notText[0], 'is not a text')
  return { kind: 'members', value: new Map(entries) }
}

const isText = (name: string): boolean =>
  name !== 'ids' && (filterMembers as readonly string[]).includes(name)

const refused = (name: string, rule: string): Body => ({
  kind: 'problem',
  problem: wrong(name, rule),
})

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
  const pointer = name === '' ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const detail = name === '' ? `The filter ${rule}.` : `The member \`${name}\` ${rule}.`
  return { code: 'validation-failed', detail, errors: [{ pointer, detail: rule }] }
}
