import { canonical } from '../../contracts/schema/canonical.ts'
import { isObject, type JsonObject } from '../../contracts/schema/json-pointer.ts'
import { issuesOf } from '../../config/issues.ts'
import { ConfigError } from '../../define/errors.ts'
import type { Changed, ChangeTerms, OperationEntry } from '../../ports/registry.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { mergePatch, policyIssues } from './merge-policies.ts'
import { invalid, problemOf } from './read-body.ts'
import { definedInConfig, notFound, refused } from './refusals.ts'
import { withEntry, type State } from './state.ts'

/** Changes policies of an operation of a stored service. */
export function patchOperation(
  desk: Desk,
  deps: DeskDeps,
  name: string,
  patch: unknown,
  terms: ChangeTerms,
): Promise<Changed> {
  return desk.inTurn(() => {
    if (!isObject(patch)) {
      return Promise.resolve(refused(invalid([{ pointer: '', detail: 'is not a JSON object' }])))
    }
    const present = desk.live.state.policies.get(name)?.options ?? {}
    return commitPolicies(desk, deps, name, mergePatch(present, patch) as JsonObject, terms)
  })
}

/** Stores policies and lets them count; to be called in turn. */
export async function commitPolicies(
  desk: Desk,
  deps: DeskDeps,
  name: string,
  options: JsonObject,
  terms: ChangeTerms,
): Promise<Changed | 'again'> {
  const key = { kind: 'operation', name } as const
  const entry = entryOf(desk, name)
  if (entry === undefined) return refused(notFound('operation', name))
  if (entry.origin === 'config') return refused(definedInConfig(deps.config, 'operation', name))
  const unmet = desk.unmet(key, terms)
  if (unmet !== null) return refused(unmet)
  if (isSame(desk, name, options)) {
    return { kind: 'changed', version: desk.versionOf(key), created: false, changes: null }
  }
  const wrong = policyIssues(name, options)
  const issues = wrong.length > 0 ? wrong : misfits(desk, entry, options)
  if (issues.length > 0) {
    return refused(problemOf(new ConfigError(issues), `operations.${name}`, options))
  }
  const { state } = desk.live
  const at = deps.clock.now()
  const withThem = (version: number): State => ({
    ...state,
    policies: withEntry(state.policies, name, {
      name,
      version,
      at,
      by: terms.by,
      options,
      problem: null,
    }),
  })
  const problem = desk.live
    .preview(withThem(1))
    .operationEntries.find((each) => each.name === name)?.problem
  if (typeof problem === 'string') return refused(invalid([{ pointer: '', detail: problem }]))
  const expected = desk.versionOf(key)
  const document = JSON.stringify(options)
  const outcome = await desk.commit(
    [{ ...key, expected, document, attachment: null, by: terms.by }],
    at,
    ([version = 0]) => withThem(version),
  )
  if (outcome === 'again') return 'again'
  return { kind: 'changed', version: desk.versionOf(key), created: false, changes: null }
}

/** What shows only beside the policies of the service. */
function misfits({ live }: Desk, { operation }: OperationEntry, options: JsonObject) {
  const { call, name } = operation
  const use = call.kind === 'routed' ? live.state.services.get(call.service)?.use : undefined
  return use?.kind === 'ready' ? issuesOf(() => use.mounted.checkChange(name, options)) : []
}

const isSame = ({ live }: Desk, name: string, options: JsonObject): boolean =>
  canonical(live.state.policies.get(name)?.options ?? {}) === canonical(options)

const entryOf = (desk: Desk, name: string): OperationEntry | undefined =>
  desk.live.assembly.operationEntries.find((entry) => entry.name === name)
