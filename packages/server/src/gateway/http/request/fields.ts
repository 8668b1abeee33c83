import type { Problem } from '@buzzer/contract'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'

/** The members that are asked for, divided by commas; null for all of them. */
export function fieldsOf(request: HttpRequest): string | null {
  const fields = request.query().getAll('fields')
  return fields.length === 0 ? null : fields.join(',')
}

/**
 * Such a document has the same members always, so that another one is a mistake.
 *
 * @param what it is, as in `job`
 */
export function wrongFields(
  fields: string | null,
  what: string,
  members: readonly string[],
): Problem | null {
  if (fields === null) return null
  const names = fields.split(',').map((field) => field.trim().split('.')[0] ?? '')
  const unknown = names.find((name) => name !== '' && !members.includes(name))
  if (unknown === undefined) return null
  const rule = `names '${unknown}', which no ${what} has; there are ${members.join(', ')}`
  return invalidParameter('fields', rule)
}
