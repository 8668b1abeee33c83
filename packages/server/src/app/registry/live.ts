import type { Catalog } from '../../ports/catalog.ts'
import type { Log } from '../../ports/log.ts'
import type { DefinitionEntry } from '../../ports/registry.ts'
import { createCatalog } from '../catalog.ts'
import { createLiveCatalog } from '../live-catalog.ts'
import { assemble, type Assembly, type Base } from './assemble.ts'
import { emptyState, type LoadedService, type State } from './state.ts'

/** What runs on this node now, replaced in one step when a definition changes. */
export interface Live extends AsyncDisposable {
  readonly catalog: Catalog
  readonly state: State
  readonly assembly: Assembly
  /** What would be if that were the state. */
  preview(state: State): Assembly
  /** From the next request on that is what runs; what ran before ends with its attempts. */
  swap(state: State): void
}

export function createLive(base: Base, log: Log): Live {
  const catalog = createLiveCatalog()
  const preview = (state: State): Assembly => assemble(base, state)
  const told = new Set<string>()
  let current = { state: emptyState, assembly: preview(emptyState) }
  const run = ({ operations, mounts, usedChannels }: Assembly): void =>
    catalog.swap(createCatalog(operations, mounts, usedChannels))
  run(current.assembly)

  const tell = (kind: string, entries: readonly DefinitionEntry[]): void => {
    for (const { name, version, problem } of entries) {
      const news = JSON.stringify([kind, name, version, problem])
      if (problem === null || told.has(news)) continue
      told.add(news)
      log.warn({ [kind]: name, version, problem }, `a stored ${kind} is not used`)
    }
  }

  return {
    catalog,
    preview,
    get state() {
      return current.state
    },
    get assembly() {
      return current.assembly
    },
    swap(state) {
      const before = current.state
      const assembly = preview(state)
      run(assembly)
      current = { state, assembly }
      tell('service', assembly.services)
      tell('operation', assembly.operationEntries)
      tell('channel', assembly.channels)
      const kept = new Set(runnersOf(state))
      for (const runner of runnersOf(before)) if (!kept.has(runner)) runner.retire()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(runnersOf(current.state).map((runner) => runner[Symbol.asyncDispose]()))
    },
  }
}

const runnersOf = ({ services }: State) =>
  [...services.values()].flatMap(({ use }: LoadedService) =>
    use.kind === 'ready' ? [use.runner] : [],
  )
