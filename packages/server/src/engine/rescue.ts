import { isOutcome } from '../core/job.ts'
import { jobTopic, workTopic } from '../ports/bus.ts'
import type { RescuedJob } from '../ports/store.ts'
import { announceEnd } from './announce-end.ts'
import type { EngineContext } from './context.ts'
import { hintChange } from './fan-out/hint.ts'
import { createRepeater, type Repeater } from './repeat.ts'
import { reportEnd } from './report.ts'

const rescueMs = 1_000
const rescuePage = 200

/** Takes jobs from workers that fell silent, and fails those whose deadline passed. */
export const createRescuer = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'rescue', everyMs: rescueMs, topic: null }, async () => {
    const { jobs, more } = await ctx.store.upkeep.rescue(rescuePage)
    for (const rescued of jobs) announce(ctx, rescued)
    if (jobs.length > 0) ctx.bus.publish(workTopic)
    return more ? 'more' : 'done'
  })

function announce(ctx: EngineContext, { job, why }: RescuedJob): void {
  if (why === 'lease') {
    ctx.telemetry.leaseLost(job.operation)
    ctx.log.warn(
      { job: job.id, operation: job.operation, state: job.state, leasesLost: job.leasesLost },
      'a lease ended without a word from its worker',
    )
  }
  if (!isOutcome(job)) {
    ctx.bus.publish(jobTopic(job.id))
    return hintChange(ctx, job)
  }
  reportEnd(ctx, job)
  announceEnd(ctx, job)
}
