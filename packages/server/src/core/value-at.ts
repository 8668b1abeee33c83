import type { ValueTest } from './hook.ts'

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What a JSON Pointer (RFC 6901) leads to.
 *
 * @returns undefined where it leads nowhere
 */
function valueAt(root: unknown, pointer: string): unknown {
  let place = root
  for (const step of stepsOf(pointer)) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, step)) return undefined
    place = (place as Readonly<Record<string, unknown>>)[step]
  }
  return place
}

export const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

export const passes = (root: unknown, { at, equals }: ValueTest): boolean => {
  const value = valueAt(root, at)
  return equals.some((each) => each === value)
}
