import { isIP } from 'node:net'
import type { Clock } from '../ports/clock.ts'
import type { Resolve } from './connect.ts'
import { leadsNowherePublic, type Guard } from './guard.ts'
import type { Target } from './target.ts'

const patienceMs = 2_000
const rememberedMs = 30_000
const mostRemembered = 1_000

interface LookUp {
  readonly startedAt: number
  /** Null where the name stands for nothing. */
  readonly found: Promise<readonly string[] | null>
}

export interface VetDeps {
  readonly guard: Guard
  readonly resolve: Resolve
  readonly clock: Clock
}

/**
 * Looks at what a name stands for before anything is sent there. It is a courtesy to whoever wrote
 * the URL, not the protection: a name may change its mind, so each connection is checked again.
 *
 * @returns a function that says why nothing can be sent to a target; null for no reason
 */
export function createVet({ guard, resolve, clock }: VetDeps) {
  // The oldest first. One that never ends is not asked again for as long as it is remembered.
  const lookUps = new Map<string, LookUp>()

  const lookUp = (host: string): LookUp['found'] => {
    const startedAt = clock.monotonic()
    const before = lookUps.get(host)
    if (before !== undefined && startedAt - before.startedAt < rememberedMs) return before.found
    lookUps.delete(host)
    const [oldest] = lookUps.size < mostRemembered ? [] : lookUps.keys()
    if (oldest !== undefined) lookUps.delete(oldest)
    const found = resolve(host).catch(() => null)
    lookUps.set(host, { startedAt, found })
    return found
  }

  return async ({ host, port }: Target): Promise<string | null> => {
    if (isIP(host) !== 0) return null
    const found = await inTime(clock, lookUp(host))
    if (found === null || found.length === 0) return null
    const isPermitted = (address: string): boolean =>
      isIP(address) !== 0 && guard.permits(host, port, address)
    return found.some(isPermitted) ? null : leadsNowherePublic(host, port)
  }
}

const inTime = <Found>(clock: Clock, found: Promise<Found | null>): Promise<Found | null> =>
  new Promise((resolve) => {
    const giveUp = clock.after(patienceMs, () => resolve(null))
    void found.then(resolve).finally(giveUp)
  })
