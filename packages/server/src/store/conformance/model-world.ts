import type { JobId } from '@buzzer/contract'
import type { Running } from '../../core/job.ts'
import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { Shares, Store } from '../../ports/store.ts'

/** A job as a simple list of jobs knows it. */
export interface ModelJob {
  readonly id: JobId
  readonly tenant: string
  readonly operation: string
  readonly key: string | null
  readonly priority: number
  /** Its place behind its key. */
  place: number
  /** Since when it can run; null where only the store knows, because its key was held till then. */
  dueAt: Millis | null
  phase: 'waiting' | 'delayed' | 'running' | 'failed' | 'ended'
  held: Running | null
}

export interface World {
  readonly store: Store
  readonly jobs: ModelJob[]
  /** Rounds that were had by who has something to claim, since it has; by names of queues. */
  readonly rounds: Map<string, Map<string, number>>
  places: number
}

export const limits: Readonly<Record<string, number | null>> = { a: null, b: 2 }
export const shares: Shares = { acme: 3, bravo: 2 }
export const tenants = ['acme', 'bravo', 'default'] as const

export const isLive = ({ phase }: ModelJob): boolean => phase !== 'failed' && phase !== 'ended'

const isBefore =
  (job: ModelJob) =>
  (other: ModelJob): boolean =>
    other.key === job.key &&
    other.tenant === job.tenant &&
    other.operation === job.operation &&
    isLive(other) &&
    other.place < job.place

export const isHead = ({ jobs }: World, job: ModelJob): boolean =>
  job.key === null || !jobs.some(isBefore(job))

export const room = ({ jobs }: World, operation: string): number =>
  (limits[operation] ?? Infinity) -
  jobs.filter((job) => job.operation === operation && job.phase === 'running').length

export const claimable = (world: World, operation: string): readonly ModelJob[] =>
  world.jobs.filter(
    (job) => job.operation === operation && job.phase === 'waiting' && isHead(world, job),
  )

export const claimableCount = (world: World): number =>
  Object.keys(limits).reduce(
    (sum, operation) => sum + Math.min(claimable(world, operation).length, room(world, operation)),
    0,
  )

/** Whether one of two jobs of a queue is certainly before the other. */
export function isFirst(one: ModelJob, other: ModelJob): boolean {
  // A step of priority is worth minutes, and no test lasts as long.
  if (one.priority !== other.priority) return one.priority < other.priority
  if (one.dueAt === null || other.dueAt === null) return false
  const apart = rankOf(one.priority, one.dueAt) - rankOf(other.priority, other.dueAt)
  return apart === 0 ? one.id < other.id : apart < 0
}

/** Who stays out of a round, or comes into it, may be a whole one behind; but no more. */
const behindAtMost = 2

/**
 * Counts the turn of one who has something to claim beside others.
 *
 * @param level what is shared: the slots by operations, an operation by its tenants
 * @param waiting all that have something to claim, the one whose turn it is included
 * @returns who has waited for longer than two rounds of that one
 */
export function countTurn(
  { rounds }: World,
  level: string,
  waiting: ReadonlySet<string>,
  { name, share }: { readonly name: string; readonly share: number },
): readonly string[] {
  const had = new Map([...waiting].map((each) => [each, rounds.get(level)?.get(each)]))
  const least = Math.min(...[...had.values()].flatMap((count) => count ?? []))
  const start = least === Infinity ? 0 : least
  const counts = new Map([...had].map(([each, count]) => [each, count ?? start]))
  const mine = (counts.get(name) ?? start) + 1 / share
  counts.set(name, mine)
  rounds.set(level, counts)
  return [...counts].flatMap(([each, count]) => (mine - count > behindAtMost ? [each] : []))
}
