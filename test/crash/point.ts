import type { Store } from '../../packages/server/src/ports/store.ts'

/** Moments in the life of a job at which the process can be made to die. */
export const points = [
  // Accepting.
  'accept asked',
  'accept sent',
  'accept committed',
  'accept committed as claimed',
  'replay found',
  // Running.
  'claim sent',
  'claim committed',
  'note sent',
  'note committed',
  'handler done',
  'outcome sent',
  'outcome recorded',
  'failure recorded',
  // Steering.
  'cancel committed',
  'retry committed',
  // Keeping house.
  'operations served',
  'rescue sent',
  'rescue committed',
  'retention sent',
  'retention committed',
  'audit sent',
] as const

export type Point = (typeof points)[number]

/** Die at the `passage`-th time, counted from 1, that the point is passed. */
export interface Plan {
  readonly point: Point
  readonly passage: number
  /**
   * How long after that, in milliseconds: 0 for at once. The store commits in its own thread, so
   * that a moment after something was sent is a moment in the middle of its commit.
   */
  readonly delayMs: number
}

export const writePlan = ({ point, passage, delayMs }: Plan): string =>
  JSON.stringify([point, passage, delayMs])

export function readPlan(text: string): Plan {
  const [point, passage, delayMs] = JSON.parse(text) as [Point, number, number]
  return { point, passage, delayMs }
}

/** The same store, but that the process dies as planned. */
export function dieAsPlanned(store: Store, plan: Plan, die: () => void): Store {
  let passages = 0
  const pass = (point: Point): void => {
    if (point !== plan.point) return
    passages += 1
    if (passages !== plan.passage) return
    if (plan.delayMs === 0) die()
    else setTimeout(die, plan.delayMs)
  }
  return {
    ...store,
    intake: wrapIntake(store, pass),
    leases: wrapLeases(store, pass),
    jobs: wrapJobs(store, pass),
    upkeep: wrapUpkeep(store, pass),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

type Pass = (point: Point) => void

const wrapIntake = ({ intake }: Store, pass: Pass): Store['intake'] => ({
  async accept(command) {
    pass('accept asked')
    const answer = intake.accept(command)
    pass('accept sent')
    const acceptance = await answer
    if (acceptance.kind === 'replayed') pass('replay found')
    if (acceptance.kind !== 'accepted') return acceptance
    pass('accept committed')
    if (acceptance.job.state === 'running') pass('accept committed as claimed')
    return acceptance
  },
})

const wrapLeases = ({ leases }: Store, pass: Pass): Store['leases'] => ({
  async serve(node, terms) {
    await leases.serve(node, terms)
    pass('operations served')
  },
  async claim(request) {
    const answer = leases.claim(request)
    pass('claim sent')
    const claims = await answer
    if (claims.claimed.length > 0) pass('claim committed')
    return claims
  },
  async settle(settlement) {
    pass('handler done')
    const answer = leases.settle(settlement)
    pass('outcome sent')
    const settled = await answer
    pass(settlement.failure === null ? 'outcome recorded' : 'failure recorded')
    return settled
  },
  async note(note) {
    const answer = leases.note(note)
    pass('note sent')
    const noted = await answer
    pass('note committed')
    return noted
  },
  inspect: (held) => leases.inspect(held),
})

const wrapJobs = ({ jobs }: Store, pass: Pass): Store['jobs'] => ({
  ...jobs,
  async cancel(tenant, id) {
    const steered = await jobs.cancel(tenant, id)
    pass('cancel committed')
    return steered
  },
  async retry(tenant, id) {
    const steered = await jobs.retry(tenant, id)
    pass('retry committed')
    return steered
  },
})

const wrapUpkeep = ({ upkeep }: Store, pass: Pass): Store['upkeep'] => ({
  ...upkeep,
  async rescue(limit) {
    const answer = upkeep.rescue(limit)
    pass('rescue sent')
    const rescued = await answer
    if (rescued.jobs.length > 0) pass('rescue committed')
    return rescued
  },
  async retain(...args) {
    const answer = upkeep.retain(...args)
    pass('retention sent')
    const retained = await answer
    if (retained.jobs > 0) pass('retention committed')
    return retained
  },
  audit() {
    const answer = upkeep.audit()
    pass('audit sent')
    return answer
  },
})
