import type { JobId } from '@buzzer/contract'
import { isDeadLetter, isOutcome } from '../../core/job.ts'
import { transition, type JobInput } from '../../core/transition.ts'
import type { Steered } from '../../ports/store.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { createFind } from './read.ts'
import { createErasure } from './remove.ts'
import type { StoredJob } from './row.ts'

export interface SteerRequest {
  readonly tenant: string
  readonly id: JobId
}

type Erased = 'erased' | 'job-not-finished' | 'job-not-found'

/** Ends a job that nobody runs; a running one is marked, so that its worker stops. */
export const createCancel = (parts: Parts): Handler => createSteer(parts, { kind: 'cancel' })

/** Opens another run of a failed job. */
export const createRetry = (parts: Parts): Handler => createSteer(parts, { kind: 'retry' })

function createSteer(parts: Parts, input: JobInput): Handler {
  const { mover, clock } = parts
  const findOwn = createFindOwn(parts)
  return plain(true, ({ tenant, id }: SteerRequest): Steered => {
    const found = findOwn(tenant, id)
    if (found.kind !== 'found') return found
    const now = clock.now()
    const { job } = found.stored
    const moved = transition(job, input, now)
    if (moved.kind === 'refused') return { ...moved, job }
    mover.move(found.stored, moved.job, now)
    return moved
  })
}

/** Removes an ended job with all that hangs on it, and leaves no tombstone. */
export function createErase(parts: Parts): Handler {
  const { deadTally } = parts
  const findOwn = createFindOwn(parts)
  const erase = createErasure(parts)
  return plain(true, ({ tenant, id }: SteerRequest): Erased => {
    const found = findOwn(tenant, id)
    if (found.kind !== 'found') return 'job-not-found'
    if (!isOutcome(found.stored.job)) return 'job-not-finished'
    erase(id)
    if (isDeadLetter(found.stored.job)) deadTally.add(found.stored.job.operation, -1)
    return 'erased'
  })
}

type Found =
  | { readonly kind: 'found'; readonly stored: StoredJob }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }

/** A job of another tenant is as one that never was. */
function createFindOwn({ db, quarantine }: Parts): (tenant: string, id: JobId) => Found {
  const find = createFind(db, quarantine)
  return (tenant, id) => {
    const found = find(id)
    if (found.kind === 'unknown') return found
    if (found.kind === 'expired') return { kind: found.tenant === tenant ? 'expired' : 'unknown' }
    const stored = found.row[1] === tenant ? quarantine.decode(found.row) : null
    return stored === null ? { kind: 'unknown' } : { kind: 'found', stored }
  }
}
