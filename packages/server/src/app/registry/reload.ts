import type { Definition, DefinitionHead, DefinitionKind } from '../../ports/definitions.ts'
import type { Definitions } from '../../ports/definitions.ts'
import { loadChannel, loadPolicies, loadService, type LoaderDeps } from './loader.ts'
import { withEntry, type State } from './state.ts'

const roles = { service: 'services', operation: 'policies', channel: 'channels' } as const

/** Which part of the state a kind of definition is kept in. */
const partOf = (state: State, kind: DefinitionKind): ReadonlyMap<string, { version: number }> =>
  state[roles[kind]]

/**
 * Takes in what changed in the store since.
 *
 * @returns the same state where nothing did
 */
export async function reload(state: State, store: Definitions, deps: LoaderDeps): Promise<State> {
  const heads = await store.list()
  const news = heads.filter(({ kind, name, version }) => {
    return partOf(state, kind).get(name)?.version !== version
  })
  let next = withoutGone(state, heads)
  for (const head of news) {
    const definition = await store.read(head, null)
    if (definition !== null) next = await withDefinition(next, head, definition, deps)
  }
  return next
}

function withoutGone(state: State, heads: readonly DefinitionHead[]): State {
  const there = new Set(heads.map(({ kind, name }) => `${kind} ${name}`))
  let next = state
  for (const kind of Object.keys(roles) as DefinitionKind[]) {
    for (const name of partOf(state, kind).keys()) {
      if (!there.has(`${kind} ${name}`)) next = without(next, kind, name)
    }
  }
  return next
}

export const without = (state: State, kind: DefinitionKind, name: string): State => ({
  ...state,
  [roles[kind]]: withEntry<unknown>(partOf(state, kind), name, null),
})

async function withDefinition(
  state: State,
  { kind, name }: DefinitionHead,
  definition: Definition,
  deps: LoaderDeps,
): Promise<State> {
  switch (kind) {
    case 'service': {
      const service = await loadService(name, definition, deps)
      return { ...state, services: withEntry(state.services, name, service) }
    }
    case 'operation':
      return {
        ...state,
        policies: withEntry(state.policies, name, loadPolicies(name, definition)),
      }
    case 'channel':
      return {
        ...state,
        channels: withEntry(state.channels, name, loadChannel(name, definition)),
      }
  }
}
