import type { ValidationError } from '@buzzer/contract'
import type { Check } from './ajv.ts'
import type { Bounds } from './bounds.ts'
import { sizeOf } from './canonical.ts'
import { explain, type Counts } from './explain.ts'
import { TooCostly, type Meter } from './meter.ts'
import type { Target } from './target.ts'

/** A schema that is applied more often than this to one small value does so by its own making. */
const manyVisits = 1_000

/** Large values take long; a small one does only where the schema multiplies by itself. */
function tooCostly(visits: ReadonlyMap<string, number>, value: unknown): ValidationError {
  const [most] = [...visits].toSorted(([, a], [, b]) => b - a)
  const what = 'takes too long to check against its schema'
  if (most === undefined || most[1] < manyVisits || sizeOf(value) > smallValue) {
    return { pointer: '', detail: `${what}; send less at a time` }
  }
  const [path, count] = most
  const times = count.toLocaleString('en-US')
  const detail =
    `${what}, which multiplies by itself: ${path === '' ? 'the schema' : path} is applied more ` +
    `than ${times} times, through allOf, anyOf, oneOf or properties that lead to it more than ` +
    'once. Whoever wrote the schema has to simplify it; sending something else hardly helps'
  return { pointer: '', detail }
}

/** The parts of a value up to which all that is wrong with it is looked for, not the first only. */
const smallValue = 2_000

/** Makes what runs a check within its budget and says what it found. */
export function createRun(meter: Meter, bounds: Bounds) {
  const fits = (check: Check, value: unknown): boolean => {
    meter.left = bounds.maxUnits
    try {
      return check(value)
    } catch (error) {
      const units = sizeOf(value) * bounds.unitsPerPart
      if (!(error instanceof TooCostly) || units <= bounds.maxUnits) throw error
      // Large values may take longer; measuring each one beforehand would cost all the others.
      meter.left = units
      return check(value)
    }
  }

  /** Checks once more, as far as it goes, and counts. */
  const countVisits = (check: Check, value: unknown): ReadonlyMap<string, number> => {
    const visits = new Map<string, number>()
    meter.visits = visits
    meter.left = bounds.maxUnits
    try {
      check(value)
    } catch (error) {
      if (!(error instanceof TooCostly || error instanceof RangeError)) throw error
    } finally {
      meter.visits = null
    }
    return visits
  }

  return (
    { first, thorough }: Target,
    value: unknown,
    counts?: Counts,
  ): readonly ValidationError[] => {
    try {
      if (fits(first, value)) return []
      // What is found first may not count, and then others have to be known too.
      if (counts === undefined && sizeOf(value) > smallValue) {
        return explain(first.errors ?? [], value)
      }
      const failed = fits(thorough, value) ? first : thorough
      return explain(failed.errors ?? [], value, counts)
    } catch (error) {
      // Out of stack is out of budget too: a chain of references at each level of a deep value.
      if (!(error instanceof TooCostly || error instanceof RangeError)) throw error
      return [tooCostly(countVisits(first, value), value)]
    }
  }
}
