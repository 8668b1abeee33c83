import type { JsonSchema } from '../../../ports/catalog.ts'
import type { Change, Place } from './change.ts'
import { findingsOf, pairOf, type Comparison, type Step } from './compare-schemas.ts'

/** A named schema that an operation leads to. */
export interface Lead {
  readonly pair: string
  /** From the operation. */
  readonly pointer: string
}

/**
 * The named schemas of two documents, and how they lead to one another. What changed in one is
 * found once, and then told by the shortest way to all operations that lead there, of which a large
 * document has thousands.
 */
export interface SchemaGraph {
  /**
   * Tells what is otherwise in the schemas themselves.
   *
   * @param onLead told of the named ones that they lead to
   */
  enter(before: JsonSchema, after: JsonSchema, place: Place, onLead: (lead: Lead) => void): void
  /** What is otherwise behind leads; to be asked once all have been entered. */
  behind(leads: readonly Lead[]): readonly Change[]
}

/** Changed schemas that are looked for; those that break come first. */
const mostChanged = 200

/** @param side of all that is entered */
export function createSchemaGraph(side: Place['side'], comparison: Comparison): SchemaGraph {
  const leadersTo = new Map<string, Leader[]>()
  const changed = new Map<string, readonly Change[]>()
  let routes: readonly Route[] | null = null

  const explore = (start: Step): void => {
    const waiting = [start]
    for (const step of waiting) {
      const pair = pairOf(step.before, step.after)
      if (pair === null || leadersTo.has(pair) || comparison.budget.left < 0) continue
      leadersTo.set(pair, [])
      const { changes, leadsTo } = findingsOf(step, side, comparison)
      if (changes.length > 0) changed.set(pair, changes)
      for (const next of leadsTo) {
        const to = pairOf(next.before, next.after)
        if (to === null) continue
        waiting.push(next)
        afterwards.push([to, { pair, pointer: next.pointer }])
      }
    }
  }
  /** Who leads where, told once all that can be led to is known. */
  const afterwards: [string, Leader][] = []

  const findRoutes = (): readonly Route[] => {
    for (const [to, leader] of afterwards) leadersTo.get(to)?.push(leader)
    const breaksFirst = [...changed].toSorted(([, a], [, b]) => breaks(b) - breaks(a))
    return breaksFirst.slice(0, mostChanged).map(([pair, changes]) => ({
      changes,
      next: routesTo(pair, leadersTo),
    }))
  }

  return {
    enter(before, after, place, onLead) {
      const enterStep = (step: Step): void => {
        const pair = pairOf(step.before, step.after)
        if (pair === null) return
        explore(step)
        onLead({ pair, pointer: place.pointer + step.pointer })
      }
      if (pairOf(before, after) !== null) {
        if (!comparison.isUnchanged(before, after)) enterStep({ before, after, pointer: '' })
        return
      }
      const { changes, leadsTo } = findingsOf({ before, after, pointer: '' }, side, comparison)
      for (const change of changes) place.tell(below(place.pointer, change))
      for (const step of leadsTo) enterStep(step)
    },
    behind(leads) {
      routes ??= findRoutes()
      const told = routes.flatMap(({ changes, next }) => {
        const lead = leads.find(({ pair }) => next.has(pair))
        if (lead === undefined) return []
        const pointer = lead.pointer + wayFrom(lead.pair, next)
        return changes.map((change) => below(pointer, change))
      })
      return changed.size > mostChanged && told.length > 0 ? [...told, tooMany] : told
    },
  }
}

interface Leader {
  readonly pair: string
  readonly pointer: string
}

/** Where a changed schema is, seen from all that lead to it. */
interface Route {
  readonly changes: readonly Change[]
  /** The next on the shortest way; null at its end. */
  readonly next: ReadonlyMap<string, Leader | null>
}

function routesTo(
  pair: string,
  leadersTo: ReadonlyMap<string, readonly Leader[]>,
): ReadonlyMap<string, Leader | null> {
  const next = new Map<string, Leader | null>([[pair, null]])
  // A map gives what is added to it while it is walked through.
  for (const at of next.keys()) {
    for (const leader of leadersTo.get(at) ?? []) {
      if (!next.has(leader.pair)) next.set(leader.pair, { pair: at, pointer: leader.pointer })
    }
  }
  return next
}

function wayFrom(start: string, next: ReadonlyMap<string, Leader | null>): string {
  let way = ''
  for (let step = next.get(start) ?? null; step !== null; step = next.get(step.pair) ?? null) {
    way += step.pointer
  }
  return way
}

const breaks = (changes: readonly Change[]): number =>
  changes.some(({ breaking }) => breaking) ? 1 : 0

const below = (prefix: string, { breaking, pointer, detail }: Change): Change => ({
  breaking,
  pointer: prefix + pointer,
  detail,
})

const tooMany: Change = {
  breaking: false,
  pointer: '',
  detail: `more than ${mostChanged} schemas of the document changed; not all of them are told`,
}
