import type { Clock } from '../../ports/clock.ts'
import type { RetryBudgetTerms } from './service.ts'

/** Counts retries against first calls, so that the load of an upstream in trouble stays bounded. */
export interface RetryBudget {
  /** A first call was made. */
  earn(): void
  /** @returns whether a retry may be made now */
  spend(): boolean
}

/** What may be saved up, in seconds of the least rate. */
const savingsSeconds = 10

export function createRetryBudget(terms: RetryBudgetTerms, clock: Clock): RetryBudget {
  const most = Math.max(1, terms.perSecond * savingsSeconds)
  let balance = most
  let countedAt = clock.monotonic()

  const add = (amount: number): void => {
    balance = Math.min(most, balance + amount)
  }

  return {
    earn: () => add(terms.ratio),
    spend() {
      const now = clock.monotonic()
      add(((now - countedAt) / 1_000) * terms.perSecond)
      countedAt = now
      if (balance < 1) return false
      balance -= 1
      return true
    },
  }
}
