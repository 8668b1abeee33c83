import type { LeaseNews, LeaseRef } from '../../ports/store.ts'
import { plain, type Parts } from './parts.ts'
import { stage } from './stage.ts'

/** Tells a worker which of its leases are gone and which of its jobs are to stop. */
export function createInspect({ db }: Parts) {
  const read = db.prepare('SELECT stage, fence, cancel_requested FROM jobs WHERE id = ?')
  return plain(false, (held: readonly LeaseRef[]): LeaseNews => {
    const lost: LeaseRef[] = []
    const cancelled: LeaseRef[] = []
    for (const lease of held) {
      const [at, fence, isCancelled] = read.row(lease.id) ?? []
      if (at !== stage.leased || fence !== lease.fence) lost.push(lease)
      else if (isCancelled === 1) cancelled.push(lease)
    }
    return { lost, cancelled }
  })
}
