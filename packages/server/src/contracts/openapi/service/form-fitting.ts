import type { ValidationError } from '@buzzer/contract'
import { escapeStep } from '../../schema/json-pointer.ts'
import type { Counts } from '../../schema/explain.ts'
import type { CheckedSchema } from '../../schema/scope.ts'

/** A field and all the values that it may mean, the likeliest first; at least one. */
export interface Field {
  readonly name: string
  readonly values: Iterator<unknown, void>
}

/**
 * @param others members whose values are certain
 * @returns what is wrong with the likeliest values; nothing where values that may be meant fit
 */
type Fitting = (
  fields: readonly Field[],
  others: ReadonlyMap<string, unknown>,
  counts: Counts,
) => readonly ValidationError[]

/** More checks of one request are not made; hardly a field may mean more than three values. */
const mostRounds = 8

/**
 * Checks a form as one value. Only the schema as a whole says what is right, so fields with which
 * something is wrong are read in the next way, all of them at once, until all are right or nothing
 * is left to try: trying each way of one with each of the others would take exponential time.
 */
export const createFitting =
  (schema: CheckedSchema): Fitting =>
  (fields, others, counts) => {
    const value: Record<string, unknown> = {}
    const take = ({ name, values }: Field): boolean => {
      const next = values.next()
      if (next.done !== true) define(value, name, next.value)
      return next.done !== true
    }
    const check = () => schema.check(value, counts)
    for (const field of fields) take(field)
    for (const [name, other] of others) define(value, name, other)
    const first = check()
    let errors = first
    for (let round = 1; errors.length > 0 && round < mostRounds; round += 1) {
      const taken = concerned(fields, errors).filter(take)
      if (taken.length === 0) return first
      errors = check()
    }
    return errors.length === 0 ? [] : first
  }

/** The fields that errors point to; all of them where none does. */
function concerned(fields: readonly Field[], errors: readonly ValidationError[]): readonly Field[] {
  const steps = new Set(errors.map(({ pointer }) => pointer.split('/')[1]))
  const named = fields.filter(({ name }) => steps.has(escapeStep(name)))
  return named.length > 0 ? named : fields
}

/** Also where the name is `__proto__`. */
const define = (object: object, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true })
}
