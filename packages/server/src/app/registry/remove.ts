import type { DefinitionChange, DefinitionKey } from '../../ports/definitions.ts'
import type { Changed, ChangeTerms } from '../../ports/registry.ts'
import { declaredAs } from './judge-channels.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { definedInConfig, notFound, refused } from './refusals.ts'
import { without } from './reload.ts'

export interface RemovableKey extends DefinitionKey {
  readonly kind: 'service' | 'channel'
}

/** Removes a service with the changed policies of its operations, or a channel. */
export function removeDefinition(
  desk: Desk,
  deps: DeskDeps,
  key: RemovableKey,
  terms: ChangeTerms,
): Promise<Changed> {
  const { kind, name } = key
  return desk.inTurn(async () => {
    if (isDeclared(deps, key)) return refused(definedInConfig(deps.config, kind, name))
    const unmet = desk.unmet(key, terms)
    const version = desk.versionOf(key)
    if (version === 0) return refused(unmet ?? notFound(kind, name))
    if (unmet !== null) return refused(unmet)
    const { state } = desk.live
    const gone = [key, ...(kind === 'service' ? policiesOf(desk, name) : [])]
    const outcome = await desk.commit(
      gone.map((each) => removal(each, desk.versionOf(each), terms)),
      deps.clock.now(),
      () => gone.reduce((next, each) => without(next, each.kind, each.name), state),
    )
    if (outcome === 'again') return 'again'
    return { kind: 'changed' as const, version, created: false, changes: null }
  })
}

export const isDeclared = ({ config }: DeskDeps, { kind, name }: DefinitionKey): boolean =>
  kind === 'channel' ? declaredAs(config, name) === name : Object.hasOwn(config.services, name)

/** Names of services have no dots, so that this is the service's own and no other's. */
const policiesOf = ({ live }: Desk, service: string): readonly DefinitionKey[] =>
  [...live.state.policies.keys()]
    .filter((name) => name.startsWith(`${service}.`))
    .map((name) => ({ kind: 'operation', name }))

const removal = (
  { kind, name }: DefinitionKey,
  expected: number,
  { by }: ChangeTerms,
): Omit<DefinitionChange, 'at'> => ({ kind, name, expected, document: null, attachment: null, by })
