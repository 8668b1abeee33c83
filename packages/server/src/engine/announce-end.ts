import { outcomeChannel } from '../core/channel.ts'
import type { Outcome } from '../core/job.ts'
import { batchTopic, channelTopic, jobTopic } from '../ports/bus.ts'
import type { EngineContext } from './context.ts'
import { hintChange } from './fan-out/hint.ts'

/** An outcome was recorded: says so wherever it can be read. */
export function announceEnd(ctx: EngineContext, job: Outcome): void {
  const { bus } = ctx
  bus.publish(jobTopic(job.id))
  bus.publish(channelTopic(job.tenant, outcomeChannel(job.operation)))
  if (job.batch !== null) bus.publish(batchTopic(job.batch))
  hintChange(ctx, job)
}
