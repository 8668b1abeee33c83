import type { Check } from './ajv.ts'
import type { Found } from './references.ts'
import type { Loss } from './translation.ts'

/** A schema that is checked on its own: one that something refers to, or one that was asked for. */
export interface Target {
  readonly found: Found
  /** Checks until something is wrong; compiled when the first value comes to it. */
  readonly first: Check
  /** Collects all that is wrong. */
  readonly thorough: Check
  /** What it refers to; `here` for the same value. */
  readonly refers: Set<Target>
  readonly refersHere: Set<Target>
  /** What was left out and whether that is a mistake, by what is said about it. */
  readonly notes: Map<string, Loss>
  /** Schemas in it, without those that it refers to. */
  size: number
  /** It has `unevaluatedProperties` or `unevaluatedItems`. */
  tracking: boolean
  /** False where something in it, or in what it refers to, could not be understood. */
  whole: boolean
  /** Something was left out of it, or of what it refers to; known once all is looked through. */
  lossy: boolean
  /** Nothing of it is checked: it is too large, or it refers to itself without an end. */
  open: boolean
}

/**
 * What was left out of a target and of all that it refers to, each once. Only where there is
 * something is looked: in a document of circles everything refers to everything.
 */
export function lossesIn(start: Target): ReadonlyMap<string, Loss> {
  const reached = new Set(start.lossy ? [start] : [])
  // A set gives what is added to it while it is walked through.
  for (const target of reached) {
    for (const next of target.refers) if (next.lossy) reached.add(next)
  }
  return new Map([...reached].flatMap(({ notes }) => [...notes]))
}

/**
 * Opens every target that refers to itself for the same value, or through too long a chain: a check
 * of it would not end, or not within the stack.
 */
export function openEndless(targets: Iterable<Target>, maxChain: number): void {
  const lengths = new Map<Target, number>()
  for (const start of targets) measureChain(start, lengths, maxChain)
}

const underway = -1

// Recursion would run out of stack on the very chains that this looks for.
function measureChain(start: Target, lengths: Map<Target, number>, maxChain: number): void {
  const trail = [start]
  for (let target = trail.at(-1); target !== undefined; target = trail.at(-1)) {
    const state = lengths.get(target)
    if (state === undefined) {
      lengths.set(target, underway)
      trail.push(...unmeasured(target, lengths))
      continue
    }
    trail.pop()
    if (state !== underway) continue
    const longest = Math.max(0, ...[...target.refersHere].map((next) => lengths.get(next) ?? 0))
    if (longest >= maxChain) openUp(target, 'is reached through too many references')
    lengths.set(target, longest >= maxChain || target.open ? 0 : longest + 1)
  }
}

/** What has to be measured before a target; what is under way already leads back to it. */
function unmeasured(target: Target, lengths: ReadonlyMap<Target, number>): readonly Target[] {
  return [...target.refersHere].filter((next) => {
    const length = lengths.get(next)
    if (length === underway) openUp(next, 'refers to itself without an end')
    return length === undefined
  })
}

export function openUp(target: Target, why: string): void {
  target.open = true
  target.whole = false
  target.notes.set(`${target.found.path} ${why}; it is not checked`, 'mistake')
}

/** Passes on what is lost in a target to all that refer to it. */
export function spreadLosses(targets: ReadonlySet<Target>): void {
  const referrers = referrersOf(targets)
  for (const target of withReferrers(targets, referrers, ({ whole }) => !whole)) {
    target.whole = false
  }
  for (const target of withReferrers(targets, referrers, ({ notes }) => notes.size > 0)) {
    target.lossy = true
  }
}

type Referrers = ReadonlyMap<Target, readonly Target[]>

function referrersOf(targets: ReadonlySet<Target>): Referrers {
  const referrers = new Map<Target, Target[]>()
  for (const target of targets) {
    for (const next of target.refers) {
      const known = referrers.get(next)
      if (known === undefined) referrers.set(next, [target])
      else known.push(target)
    }
  }
  return referrers
}

/** Those that are so, and all from which one of them is reached. */
function withReferrers(
  targets: ReadonlySet<Target>,
  referrers: Referrers,
  isSo: (target: Target) => boolean,
): ReadonlySet<Target> {
  const found = new Set([...targets].filter(isSo))
  for (const target of found) {
    for (const referrer of referrers.get(target) ?? []) found.add(referrer)
  }
  return found
}
