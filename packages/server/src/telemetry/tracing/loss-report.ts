import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

/** Says that spans are lost, in one line a minute at the most. */
export interface LossReport {
  /** An export failed. */
  failed(why: string): void
  lost(count: number): void
  /** Says what was not said yet. */
  end(): void
}

const everyMs = 60_000

export function createLossReport({
  clock,
  log,
  telemetry,
  endpoint,
}: {
  readonly clock: Clock
  readonly log: Log
  readonly telemetry: Pick<Telemetry, 'spansLost'>
  readonly endpoint: string
}): LossReport {
  let reason = 'more came than could be sent'
  let spans = 0
  let saidAt = -Infinity

  const say = (): void => {
    const { origin } = new URL(endpoint)
    log.warn({ collector: origin, spans, reason }, `traces are lost: ${reason}`)
    spans = 0
    saidAt = clock.monotonic()
  }

  return {
    failed(why) {
      reason = why
    },
    lost(count) {
      spans += count
      telemetry.spansLost(count)
      if (clock.monotonic() - saidAt >= everyMs) say()
    },
    end() {
      if (spans > 0) say()
    },
  }
}
