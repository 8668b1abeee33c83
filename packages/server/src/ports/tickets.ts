import type { Millis } from '../core/time.ts'

/** The store's role for tickets: which of them were used, as only that outlives a restart. */
export interface UsedTickets {
  /**
   * Uses a ticket: the first use is kept and counts only in time, every later one only where the
   * first was kept.
   *
   * @param id grows with the time of its making
   * @returns whether it counts
   */
  use(id: string, firstUseBy: Millis): Promise<boolean>
}
