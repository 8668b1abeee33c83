import type { Clock } from '../../ports/clock.ts'
import { createBatch, refuseAll, type Batch } from './batch.ts'
import { openCore, type Core, type CoreOptions } from './core.ts'
import { messageOf, primaryCode, sqlite } from './fault.ts'
import { endLeases, leasesLeft, noLeases } from './leases.ts'
import { createPack, type Message } from './wire.ts'

/** The store's end of the wire: it lives in the thread, or in line in a simulation. */
export interface Service extends Disposable {
  /** Runs what came and gives the replies to all of it, in its order. */
  handle(messages: readonly Message[]): Message
}

/** A lease is renewed when a third of it is used up, so it has to be looked at more often. */
const looksPerLease = 6
const renewEveryMs = { least: 100, most: 1_000 }

export interface ServiceOptions extends CoreOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
}

/** Opens the data; what an earlier process still held is let go. */
export function startService(options: ServiceOptions): Service {
  let live: Live | null = open(options)
  let stopTimer = (): void => undefined
  // The lock proves that no earlier process lives, so whatever it held is free.
  endLeases(live.core, noLeases, options.clock.now())
  let standing = noLeases

  /**
   * After a fault of the disk nobody knows what reached it. Only opening it again tells: what is
   * in the WAL by then is written on into the database and synced by a second way. A lease that
   * came with it was never answered, so nobody works under it.
   */
  const reopened = (): Live => {
    if (live !== null) return live
    const fresh = open(options)
    try {
      fresh.core.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      endLeases(fresh.core, standing, options.clock.now())
    } catch (error) {
      fresh.core[Symbol.dispose]()
      throw error
    }
    live = fresh
    options.log.info({}, 'the store is open again')
    return live
  }

  const giveUp = (error: unknown): void => {
    // A full disk is found out before anything is written, and taking it back needs no space.
    const isWhole = primaryCode(error) === sqlite.full && live?.core.db.isTransaction === false
    if (live === null || isWhole) return
    options.log.error({ error: messageOf(error) }, 'the store failed and is opened again')
    standing = leasesLeft(live.core)
    live.core[Symbol.dispose]()
    live = null
  }

  const renewLater = (): void => {
    const wanted = options.served.shortestLeaseMs() / looksPerLease
    const delayMs = Math.max(renewEveryMs.least, Math.min(renewEveryMs.most, wanted))
    stopTimer = options.clock.after(delayMs, renew)
  }

  const renew = (): void => {
    renewLater()
    try {
      const { core, batch } = reopened()
      if (core.renewal.isDue()) batch.inTransaction(() => core.renewal.renew())
    } catch (error) {
      giveUp(error)
    }
  }
  renewLater()

  return {
    handle(messages) {
      const output = createPack()
      try {
        reopened().batch.run(messages, output)
        return output.take()
      } catch (error) {
        giveUp(error)
        const refusal = createPack()
        refuseAll(messages, refusal, error)
        return refusal.take()
      }
    },
    [Symbol.dispose]() {
      stopTimer()
      if (live === null) return
      const { core } = live
      live = null
      try {
        core.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch (error) {
        // What is in the WAL is safe there; the next start reads it.
        options.log.warn({ error: messageOf(error) }, 'the store was closed without a checkpoint')
      }
      core[Symbol.dispose]()
    },
  }
}

interface Live {
  readonly core: Core
  readonly batch: Batch
}

function open(options: CoreOptions): Live {
  const core = openCore(options)
  return { core, batch: createBatch(core) }
}
