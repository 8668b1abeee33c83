import { parseJobId, type JobId, type Problem } from '@buzzer/contract'
import { isErrorGroup } from '../../../core/dead-letter.ts'
import type { DeadLetterFilter } from '../../../ports/dead-letters.ts'
import { isProblem } from '../answer/problem.ts'
import { parseMoment } from './moment.ts'

/** What every filter of dead letters may have, in a query and in a body. */
export const filterMembers = [
  'operation',
  'code',
  'group',
  'tag',
  'after',
  'before',
  'ids',
] as const
export type FilterMember = (typeof filterMembers)[number]

/** The members as they came, and how one that is wrong is told where they came from. */
export interface FilterSource {
  text(name: Exclude<FilterMember, 'ids'>): string | null
  ids(): readonly string[] | null
  wrong(name: FilterMember, rule: string): Problem
}

/** As many ids as one page has jobs. */
const maxIds = 1_000

/** Reads which dead letters are meant. */
export function readDeadLetterFilter(
  tenant: string,
  source: FilterSource,
): DeadLetterFilter | Problem {
  const createdAfter = readTime(source, 'after')
  if (isProblem(createdAfter)) return createdAfter
  const createdBefore = readTime(source, 'before')
  if (isProblem(createdBefore)) return createdBefore
  const group = source.text('group')
  if (group !== null && !isErrorGroup(group)) {
    return source.wrong('group', 'takes the `group` of ?groupBy=error')
  }
  const ids = readIds(source)
  if (isProblem(ids)) return ids
  const [operation, code, tag] = [source.text('operation'), source.text('code'), source.text('tag')]
  return { tenant, operation, code, group, tag, createdAfter, createdBefore, ids }
}

function readTime(source: FilterSource, name: 'after' | 'before'): number | null | Problem {
  const text = source.text(name)
  if (text === null) return null
  return parseMoment(text, Infinity) ?? source.wrong(name, 'takes a time of RFC 3339')
}

function readIds(source: FilterSource): readonly JobId[] | null | Problem {
  const texts = source.ids()
  if (texts === null) return null
  const ids = texts.map(parseJobId).filter((id) => id !== null)
  return ids.length === texts.length && ids.length <= maxIds
    ? ids
    : source.wrong('ids', `takes at most ${maxIds} ids of jobs`)
}
