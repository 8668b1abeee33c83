import type { ValidationError } from '@buzzer/contract'
import { escapeStep } from './json-pointer.ts'

/**
 * JSON may hold numbers that JavaScript has no value for: it reads them as Infinity.
 *
 * @param value what JSON was parsed to
 * @returns where the first of them stands, as a JSON Pointer; null where there is none
 */
export function findInfinite(value: unknown, pointer = ''): ValidationError | null {
  if (value === Infinity || value === -Infinity) {
    return { pointer, detail: 'is a number beyond ±1.7976931348623157e308' }
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [name, member] of Object.entries(value)) {
    // The pointer of what is found alone is worth its making.
    const found = findInfinite(member)
    if (found !== null)
      return { ...found, pointer: `${pointer}/${escapeStep(name)}${found.pointer}` }
  }
  return null
}
