import type { Problem } from '@buzzer/contract'
import type { Millis } from '../../../core/time.ts'
import { invalidParameter } from './header-problem.ts'
import { parseMoment } from './moment.ts'

/** Reads a moment out of a query; null where there is none. */
export function readTime(name: string, text: string | null): Millis | null | Problem {
  if (text === null) return null
  return parseMoment(text, Infinity) ?? invalidParameter(name, 'takes a time of RFC 3339')
}
