import type { ValidationError } from '@buzzer/contract'
import type { Check } from './ajv.ts'
import type { Bounds } from './bounds.ts'
import { sizeOf } from './canonical.ts'
import { explain } from './explain.ts'
import { TooCostly, type Meter } from './meter.ts'
import type { Target } from './target.ts'

const tooCostly: readonly ValidationError[] = [
  { pointer: '', detail: 'takes too long to check against its schema; send less at a time' },
]

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

  return ({ first, thorough }: Target, value: unknown): readonly ValidationError[] => {
    try {
      if (fits(first, value)) return []
      if (sizeOf(value) > smallValue) return explain(first.errors ?? [], value)
      const failed = fits(thorough, value) ? first : thorough
      return explain(failed.errors ?? [], value)
    } catch (error) {
      // Out of stack is out of budget too: a chain of references at each level of a deep value.
      if (error instanceof TooCostly || error instanceof RangeError) return tooCostly
      throw error
    }
  }
}
