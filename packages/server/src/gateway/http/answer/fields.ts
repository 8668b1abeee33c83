import { isParent } from '@buzzer/contract'

/**
 * A partial response: keeps only the named members.
 *
 * @param value JSON; of an array, each item is filtered
 * @param fields member names divided by commas, with dots into nested objects
 */
export function pickFields(value: unknown, fields: string): unknown {
  const paths = fields
    .split(',')
    .map((field) => field.trim().split('.'))
    .filter(([first]) => first !== '')
  return pick(value, paths)
}

function pick(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, paths))
  if (!isParent(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest)
      if (below.length === 0) return []
      return [[name, below.some((rest) => rest.length === 0) ? member : pick(member, below)]]
    }),
  )
}
