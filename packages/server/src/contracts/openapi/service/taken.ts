import type { Loose } from './coerce.ts'

/** What stood in the request: a value, nothing, or something that cannot be read. */
export type Taken =
  | {
      readonly kind: 'value'
      /** What it can be read as, the likeliest first; never none. */
      readonly readings: readonly Loose[]
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly detail: string }

export const absent: Taken = { kind: 'absent' }
export const broken: Taken = { kind: 'broken', detail: 'its percent-encoding is broken' }

/** All that a text can be read as in one way or another; broken where it can in none. */
export function eitherOf(ways: readonly Taken[]): Taken {
  const readings = ways.flatMap((taken) => (taken.kind === 'value' ? taken.readings : []))
  return readings.length > 0 ? { kind: 'value', readings } : (ways[0] ?? absent)
}
