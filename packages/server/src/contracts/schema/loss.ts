import type { Schema } from './translation.ts'

/** Keywords whose schemas evaluate members and items for `unevaluatedProperties` beside them. */
const evaluating = [
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'patternProperties',
]

/**
 * Takes out what a loss within has made stricter than it was.
 *
 * @param target the translated keywords
 * @param lossy keywords that do not say all that they did
 */
export function loosen(target: Record<string, unknown>, lossy: ReadonlySet<string>): Schema {
  if (lossy.size === 0) return target
  const dropped = new Set<string>()
  const drop = (isNeeded: boolean, ...names: readonly string[]): void => {
    for (const name of isNeeded ? names : []) dropped.add(name)
  }
  const isGone = (name: string): boolean => lossy.has(name) && !(name in target)
  drop(lossy.has('not'), 'not')
  drop(lossy.has('if'), 'if', 'then', 'else')
  drop(lossy.has('contains'), 'maxContains')
  drop(lossy.has('patternProperties') || isGone('properties'), 'additionalProperties')
  drop(isGone('properties'), 'unevaluatedProperties')
  drop(isGone('prefixItems'), 'items', 'unevaluatedItems')
  drop(
    evaluating.some((name) => lossy.has(name)),
    'unevaluatedProperties',
    'unevaluatedItems',
  )
  const left = Object.fromEntries(Object.entries(target).filter(([name]) => !dropped.has(name)))
  if (!lossy.has('oneOf') || !('oneOf' in left)) return left
  // Two alternatives may seem to fit where a part of one is not checked.
  const { oneOf, allOf, ...others } = left
  return { ...others, allOf: [...listOf(allOf), { anyOf: oneOf }] }
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
