import type { BatchId } from '@buzzer/contract'
import { isOutcome } from '../../core/job.ts'
import type { Millis } from '../../core/time.ts'
import type { BatchAcceptance } from '../../ports/batches.ts'
import { createFindBatch } from './batches.ts'
import { readCallback, type StoredCallback } from './deliveries/callbacks.ts'
import { factOf } from './events.ts'
import { createNewJobs, readNewRow, type NewRow } from './new-job.ts'
import type { Handler, Parts } from './parts.ts'
import { selectJob } from './row.ts'
import type { Unpack } from './wire.ts'

/** The scope of a batch's key, beside those of operations, whose names have no space. */
const batchScope = 'POST /v1/batches'

interface KeyClaim {
  readonly key: string
  readonly requestHash: Uint8Array
  readonly expiresAt: Millis
}

interface NewBatch {
  readonly id: BatchId
  readonly tenant: string
  readonly client: string | null
  readonly createdAt: Millis
  readonly claim: KeyClaim | null
  readonly callback: StoredCallback | null
  readonly entries: readonly Entry[]
}

interface Entry {
  readonly row: NewRow
  readonly claim: KeyClaim | null
}

/** What takes the place of an entry: itself, or a job that its key stands for. */
type Standing =
  | { readonly kind: 'new' }
  | { readonly kind: 'known'; readonly job: string }
  | { readonly kind: 'reused' }
  | { readonly kind: 'expired' }

/**
 * Stores all jobs of a batch in one command. What could refuse it is looked at before anything is
 * written, so that nothing has to be taken back.
 */
export function createAcceptBatch(parts: Parts): Handler {
  const { db, clock, idempotency, countBatch, callbacks } = parts
  const find = createFindBatch(db, countBatch)
  const newJobs = createNewJobs(parts)
  const list = createListing(parts)
  const stand = createStand(parts)
  const insertBatch = db.prepare(
    'INSERT INTO batches (id, tenant, client, created_at, job_count) VALUES (?, ?, ?, ?, ?)',
  )

  const replay = ({ tenant, claim }: NewBatch, now: Millis): BatchAcceptance | null => {
    if (claim === null) return null
    const stored = idempotency.find(idempotency.locate(tenant, batchScope, claim.key), now)
    if (stored === null) return null
    const batch = find(stored.job)
    if (Buffer.compare(stored.requestHash, claim.requestHash) !== 0) return { kind: 'key-reused' }
    return batch === null ? { kind: 'key-expired' } : { kind: 'replayed', batch }
  }

  const addKey = (scope: string, tenant: string, claim: KeyClaim | null, id: string): void => {
    if (claim === null) return
    const { key, requestHash, expiresAt } = claim
    idempotency.add(idempotency.locate(tenant, scope, key), { requestHash, job: id }, expiresAt)
  }

  const store = (batch: NewBatch, standing: readonly Standing[], input: Unpack, now: Millis) => {
    const { id, tenant, client, createdAt, claim, callback, entries } = batch
    const jobs = standing.map((each, place) => jobOf(each, entries[place]))
    insertBatch.run(id, tenant, client, createdAt, new Set(jobs).size)
    if (callback !== null) callbacks.addToBatch(id, tenant, callback)
    addKey(batchScope, tenant, claim, id)
    for (const [place, { row, claim: jobClaim }] of entries.entries()) {
      const isNew = standing[place]?.kind === 'new'
      newJobs.storeInput(isNew ? row.id : null, input)
      if (!isNew) continue
      newJobs.store(row, null, now)
      addKey(row.operation, tenant, jobClaim, row.id)
    }
    list(id, jobs, new Set(entries.map(({ row }) => row.id)))
  }

  return {
    writes: true,
    run(input, output) {
      const now = clock.now()
      const batch = readBatch(input)
      const replayed = replay(batch, now)
      if (replayed !== null) return output.value(replayed)
      const standing = stand(batch.entries, now)
      const refused = refusalOf(standing)
      if (refused !== null) return output.value(refused)
      store(batch, standing, input, now)
      const stored = find(batch.id)
      if (stored === null) throw new Error(`${batch.id} was not stored.`)
      output.value({ kind: 'accepted', batch: stored } satisfies BatchAcceptance)
    },
  }
}

function refusalOf(standing: readonly Standing[]): BatchAcceptance | null {
  const placesOf = (wanted: Standing['kind']): readonly number[] =>
    standing.flatMap(({ kind }, place) => (kind === wanted ? [place] : []))
  const reused = placesOf('reused')
  if (reused.length > 0) return { kind: 'job-keys-reused', places: reused }
  const expired = placesOf('expired')
  return expired.length > 0 ? { kind: 'job-keys-expired', places: expired } : null
}

const jobOf = (standing: Standing, entry: Entry | undefined): string =>
  standing.kind === 'known' ? standing.job : (entry?.row.id ?? '')

function readBatch(input: Unpack): NewBatch {
  const id = input.text() as BatchId
  const tenant = input.text()
  const client = input.textOrNull()
  const createdAt = input.number()
  const claim = readClaim(input)
  const callback = readCallback(input)
  const count = input.number()
  const entries = Array.from({ length: count }, () => ({
    row: readNewRow(input),
    claim: readClaim(input),
  }))
  return { id, tenant, client, createdAt, claim, callback, entries }
}

function readClaim(input: Unpack): KeyClaim | null {
  const key = input.textOrNull()
  return key === null ? null : { key, requestHash: input.bytes(), expiresAt: input.number() }
}

/** Says of each entry what its key stands for, in the store or among those before it. */
function createStand({ db, idempotency }: Parts) {
  const exists = db.prepare('SELECT 1 FROM jobs WHERE id = ?')

  return (entries: readonly Entry[], now: Millis): readonly Standing[] => {
    const here = new Map<string, { readonly requestHash: Uint8Array; readonly job: string }>()
    return entries.map(({ row, claim }): Standing => {
      if (claim === null) return { kind: 'new' }
      const scope = `${row.operation}\n${claim.key}`
      const place = idempotency.locate(row.tenant, row.operation, claim.key)
      const stored = here.get(scope) ?? idempotency.find(place, now)
      if (stored === null) {
        here.set(scope, { requestHash: claim.requestHash, job: row.id })
        return { kind: 'new' }
      }
      const isSame = Buffer.compare(stored.requestHash, claim.requestHash) === 0
      if (!isSame) return { kind: 'reused' }
      const isThere = here.has(scope) || exists.row(stored.job) !== undefined
      return isThere ? { kind: 'known', job: stored.job } : { kind: 'expired' }
    })
  }
}

/** Writes which jobs stand where, and tells the batch of those that have ended before it came. */
function createListing({ db, events, quarantine }: Parts) {
  const insert = db.prepare('INSERT INTO batch_jobs (batch, place, job, guest) VALUES (?, ?, ?, ?)')
  const readJob = db.prepare(selectJob)

  const tell = (id: string, guest: string): void => {
    const row = readJob.row(guest)
    const job = row === undefined ? undefined : quarantine.decode(row)?.job
    if (job === undefined || !isOutcome(job)) return
    events.add({ ...factOf(job), operation: null, batch: id })
  }

  return (id: string, jobs: readonly string[], own: ReadonlySet<string>): void => {
    const guests = new Set<string>()
    for (const [place, job] of jobs.entries()) {
      const isFirst = !own.has(job) && !guests.has(job)
      if (isFirst) guests.add(job)
      insert.run(id, place, job, isFirst ? 1 : 0)
    }
    if (guests.size > 0) events.noteGuests()
    for (const guest of guests) tell(id, guest)
  }
}
