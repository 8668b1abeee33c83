import { inspect } from 'node:util'

/** A value of the configuration as its messages name it, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // A BigInt, or an object that holds itself.
    return inspect(value, { depth: 0, breakLength: Infinity })
  }
}
