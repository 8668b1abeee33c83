import { unknownKeys } from '../../config/check-keys.ts'
import { ownPolicyKeys } from '../../config/check-operation.ts'
import { issuesOf } from '../../config/issues.ts'
import { isObject, type JsonObject } from '../../contracts/schema/json-pointer.ts'
import { defaultPolicies } from '../../core/operation.ts'
import type { ConfigIssue } from '../../define/errors.ts'
import { policiesOf } from '../../define/policies.ts'

/** Applies a JSON merge patch (RFC 7396): null takes out, objects are merged, the rest replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}

/** What can be said of changed policies before it is known what they change. */
export function policyIssues(name: string, options: JsonObject): readonly ConfigIssue[] {
  const path = `operations.${name}`
  return [
    ...unknownKeys(`${path}.`, options, ownPolicyKeys),
    ...issuesOf(() => policiesOf(path, options, defaultPolicies)),
  ]
}
