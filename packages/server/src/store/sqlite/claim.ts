import { newLease } from '../../core/lease.ts'
import type { Millis } from '../../core/time.ts'
import { transition } from '../../core/transition.ts'
import type { ClaimRequest, ServedOperation } from '../../ports/store.ts'
import type { Row } from './database.ts'
import { createLine, type TermsOf } from './line.ts'
import type { Handler, Parts } from './parts.ts'
import { createPromotion } from './promote.ts'
import { dueAtColumn, selectJob } from './row.ts'
import type { Pack } from './wire.ts'

/** How many runnable rows that cannot be claimed one claim steps over; a rescue ends them. */
const skipAtMost = 1_000

/** Takes runnable jobs of the operations that the node may run, whoever's turn it is. */
export function createClaim(parts: Parts): Handler {
  const { db, clock, tally, served, gates } = parts
  const promotion = createPromotion(parts)
  const take = createTake(parts)
  const lineOf = createLine(parts)
  const readInput = db.prepare('SELECT media_type, request, body FROM inputs WHERE job = ?')

  const openTo =
    ({ node, except }: ClaimRequest): TermsOf =>
    (operation) => {
      const terms = served.terms(node, operation)
      if (terms === undefined || gates.isFull(terms) || except.includes(operation)) return null
      return terms
    }

  const writeClaimed = (row: Row, output: Pack): void => {
    output.value(1)
    for (const value of row) output.value(value)
    const input = readInput.row(row[0] as string)
    output.value(input === undefined ? 0 : 1)
    if (input === undefined) return
    output.value(input[0])
    output.value(input[1])
    output.body(input[2] as Uint8Array | string)
  }

  return {
    writes: () => tally.ready.operations.size > 0 || promotion.isDue(clock.now()),
    run(input, output) {
      const request = input.value() as ClaimRequest
      const now = clock.now()
      promotion.promote(now)
      const line = lineOf(openTo(request), request.max)
      let taken = 0
      for (let skipped = 0; taken < request.max && skipped < skipAtMost;) {
        const candidate = line.next()
        if (candidate === null) break
        const row = take(candidate.id, candidate.terms, request.node, now)
        if (row === null) skipped += 1
        else {
          writeClaimed(row, output)
          taken += 1
        }
      }
      output.value(0)
      output.value(promotion.nextDueAt())
    },
  }
}

/** @returns the row as it is afterwards, or null where it cannot be claimed */
function createTake({ db, mover, quarantine }: Parts) {
  const read = db.prepare(selectJob)
  return (id: string, terms: ServedOperation, node: string, now: Millis): Row | null => {
    const row = read.row(id)
    const before = row === undefined ? null : quarantine.decode(row)
    if (before === null) return null
    const { job } = before
    if (job.deadlineAt !== null && job.deadlineAt <= now) return null
    const lease = newLease(job, terms, node, now)
    const claimed = transition(job, { kind: 'claim', lease }, now)
    if (claimed.kind === 'refused' || !mover.move(before, claimed.job, now)) return null
    const taken = read.row(id)
    // Nobody looks at it while the job runs; whoever claimed it wants to know how long it waited.
    return taken?.with(dueAtColumn, 'dueAt' in job ? job.dueAt : null) ?? null
  }
}
