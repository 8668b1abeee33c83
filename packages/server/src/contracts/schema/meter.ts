/** Thrown where a check would take too long; only a schema and a value made for it get here. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly'
}

/**
 * Bounds what one check may cost. A unit is about the work of one keyword; schemas can refer to
 * themselves in ways that double the work at each level, which no limit on their size prevents.
 */
export interface Meter {
  /** Units that are left; set before each check. */
  left: number
  /** How often each schema was applied, by where it stands; null while nobody wants to know. */
  visits: Map<string, number> | null
  /** @throws TooCostly where no units are left */
  spend(units: number): void
}

export function createMeter(): Meter {
  const meter: Meter = {
    left: 0,
    visits: null,
    spend(units) {
      meter.left -= units
      if (meter.left < 0) throw new TooCostly('the check takes too long')
    },
  }
  return meter
}
