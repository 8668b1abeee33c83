/**
 * Whose turn it is among those that have something waiting: round and round, and whoever has a
 * larger share takes that many turns before the next one. It is deficit round robin (Shreedhar and
 * Varghese, 1995) with all pieces of one size, so that a turn costs the same however many take part,
 * and nobody waits longer than one round.
 */
export interface Turns {
  /** How many take part, those included that have nothing any more and were not met since. */
  readonly size: number
  /** Takes part from now on, at the end of the round; keeps its place where it does already. */
  join(name: string): void
  /** Whose turn it is; null where nobody takes part. */
  first(): string | null
  /** The first one has had a turn: with its share used up the next one is first. */
  take(share: number): void
  /** The first one cannot take its turn now, and waits for the next round. */
  pass(): void
  /** The first one has nothing any more, and takes part no longer. */
  drop(): void
  /** How many turns others have before the `nth` one of this name, if nobody joins. */
  ahead(name: string, nth: number, of: (name: string) => Standing): number
}

export interface Standing {
  /** How many turns it may take in a round; a whole number from 1. */
  readonly share: number
  /** How many turns it would take in all. */
  readonly waiting: number
}

/** Places that were left are given back in one go, so that none costs a move of all others. */
const looseAtMost = 1_024

export function createTurns(): Turns {
  const taking = new Set<string>()
  let round: string[] = []
  let at = 0
  /** Turns that the first one has had in this round. */
  let used = 0

  const leave = (): string | undefined => {
    const name = round[at]
    at += 1
    used = 0
    if (at > looseAtMost && at * 2 > round.length) {
      round = round.slice(at)
      at = 0
    }
    return name
  }
  const pass = (): void => {
    if (taking.size === 1) {
      used = 0
      return
    }
    const name = leave()
    if (name !== undefined) round.push(name)
  }

  return {
    get size() {
      return taking.size
    },
    join(name) {
      if (taking.has(name)) return
      taking.add(name)
      round.push(name)
    },
    first: () => round[at] ?? null,
    take(share) {
      used += 1
      if (used >= share) pass()
    },
    pass,
    drop() {
      const name = leave()
      if (name !== undefined) taking.delete(name)
    },
    ahead(name, nth, of) {
      const inOrder = round.slice(at)
      const place = inOrder.indexOf(name)
      const rounds = roundsUntil(nth, of(name).share, place === 0 ? used : 0)
      let turns = 0
      for (const [index, other] of inOrder.entries()) {
        if (index === place) continue
        const { share, waiting } = of(other)
        const had = index === 0 ? used : 0
        const visits = index < place ? rounds : rounds - 1
        turns += Math.min(waiting, Math.max(0, visits * share - had))
      }
      return turns
    },
  }
}

/** In which of its rounds a name has its `nth` turn, the present one being the first. */
const roundsUntil = (nth: number, share: number, used: number): number =>
  Math.max(1, Math.ceil((nth + used) / share))
