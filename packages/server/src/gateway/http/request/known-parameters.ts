import type { Problem } from '@buzzer/contract'
import { invalidParameter } from './header-problem.ts'

/**
 * Refuses a query that asks for what is not there: a list would be longer than its reader thinks.
 *
 * @param known names of all parameters that are taken
 * @param lists those of them that may stand more than once
 * @returns null where nothing is wrong
 */
export function refuseParameters(
  query: URLSearchParams,
  known: readonly string[],
  lists: readonly string[] = [],
): Problem | null {
  const seen = new Set<string>()
  for (const name of query.keys()) {
    if (!known.includes(name))
      return invalidParameter(name, `is not known here; use ${known.join(', ')}`)
    if (seen.has(name) && !lists.includes(name))
      return invalidParameter(name, 'stands more than once; only one of them could count')
    seen.add(name)
  }
  return null
}
