import type { ValidationError } from '@buzzer/contract'
import { escapeStep, isObject } from './json-pointer.ts'

/**
 * JSON may hold numbers that JavaScript has no value for: it reads them as Infinity.
 *
 * @param value what JSON was parsed to
 * @returns where the first of them stands, as a JSON Pointer; null where there is none
 */
export function findInfinite(value: unknown): ValidationError | null {
  const pointer = pointerToInfinite(value)
  return pointer === null ? null : { pointer, detail: 'is a number beyond ±1.7976931348623157e308' }
}

/** Every input is looked through, so that nothing is made on the way but for what is found. */
function pointerToInfinite(value: unknown): string | null {
  if (value === Infinity || value === -Infinity) return ''
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const below = pointerToInfinite(value[at])
      if (below !== null) return `/${at}${below}`
    }
  } else if (isObject(value)) {
    for (const name in value) {
      const below = pointerToInfinite(value[name])
      if (below !== null) return `/${escapeStep(name)}${below}`
    }
  }
  return null
}
