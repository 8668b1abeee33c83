import type { Problem } from '@buzzer/contract'
import { definitionsTopic, type Bus } from '../../ports/bus.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  DefinitionChange,
  DefinitionKey,
  DefinitionKind,
  Definitions,
} from '../../ports/definitions.ts'
import type { ChangeTerms } from '../../ports/registry.ts'
import type { Base } from './assemble.ts'
import { createDocumentReader, type DocumentReader } from './document-reader.ts'
import type { Live } from './live.ts'
import type { LoaderDeps } from './loader.ts'
import { reload } from './reload.ts'
import type { State } from './state.ts'

/** What changes of definitions are made with, one after the other on this node. */
export interface Desk {
  readonly live: Live
  readonly documents: DocumentReader
  /** Takes in what other nodes changed, if anything. */
  refresh(): Promise<void>
  /**
   * Makes a change, up to date with the store when it begins, and again from the start where
   * another node was faster.
   */
  inTurn<Outcome>(work: () => Promise<Outcome | 'again'>): Promise<Outcome>
  /**
   * Stores changes and lets them run here.
   *
   * @param then the state with them, given their versions
   */
  commit(
    changes: readonly Omit<DefinitionChange, 'at'>[],
    at: number,
    then: (versions: readonly number[]) => State,
  ): Promise<'done' | 'again'>
  /** @returns null where the present version is one that is expected */
  unmet(key: DefinitionKey, terms: ChangeTerms): Problem | null
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** 0 for none. */
  versionOf(key: DefinitionKey): number
}

export interface DeskDeps extends LoaderDeps, Base {
  readonly store: Definitions
  readonly bus: Bus
  readonly clock: Clock
  /** Called when other operations run, or on other terms. */
  onSwap(): Promise<void>
}

/** Another node would have to be faster each time. */
const triesAtMost = 8

export function createDesk(live: Live, deps: DeskDeps): Desk {
  let last: Promise<unknown> = Promise.resolve()
  let isServed = true

  const swap = async (state: State): Promise<void> => {
    live.swap(state)
    isServed = false
    await serve()
  }

  /** What is stored is stored; where this fails, the next refresh tries it again. */
  const serve = async (): Promise<void> => {
    try {
      await deps.onSwap()
      isServed = true
    } catch (fault) {
      deps.log.error({ err: fault }, 'changed definitions are not claimed for yet')
    }
  }

  const takeIn = async (): Promise<void> => {
    const state = await reload(live.state, deps.store, deps)
    if (state !== live.state) await swap(state)
    else if (!isServed) await serve()
  }

  const queued = <Outcome>(work: () => Promise<Outcome>): Promise<Outcome> => {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }

  const versionOf = ({ kind, name }: DefinitionKey): number =>
    mapOf(live.state, kind).get(name)?.version ?? 0

  return {
    live,
    documents: createDocumentReader(),
    versionOf,
    async idle() {
      await last
    },
    refresh: () => queued(takeIn),
    inTurn: (work) =>
      queued(async () => {
        for (let tries = 0; tries < triesAtMost; tries += 1) {
          await takeIn()
          const outcome = await work()
          if (outcome !== 'again') return outcome
        }
        throw new Error('Other nodes changed the same definition again and again.')
      }),
    async commit(changes, at, then) {
      const outcome = await deps.store.change(changes.map((change) => ({ ...change, at })))
      if (outcome.kind === 'conflict') return 'again'
      await swap(then(outcome.versions))
      deps.bus.publish(definitionsTopic)
      return 'done'
    },
    unmet(key, { expects }) {
      const version = versionOf(key)
      return expects(version) ? null : preconditionFailed(key, version)
    },
  }
}

const mapOf = (state: State, kind: DefinitionKind): ReadonlyMap<string, { version: number }> =>
  ({ service: state.services, operation: state.policies, channel: state.channels })[kind]

const preconditionFailed = ({ kind, name }: DefinitionKey, version: number): Problem => ({
  code: 'precondition-failed',
  detail:
    version === 0
      ? `There is no stored ${kind} ${name} now. Read it again and decide anew.`
      : `The ${kind} ${name} is at version ${version} now. Read it again and decide anew.`,
})
