import { outcomeChannel } from '../../core/channel.ts'
import { isOutcome, type Job } from '../../core/job.ts'
import { fanOutTopic } from '../../ports/bus.ts'
import type { EngineContext } from '../context.ts'

type HintContext = Pick<EngineContext, 'bus' | 'subscribers'>

/** Events came onto a channel: says so where somebody is to be told of them by a delivery. */
export function hintEvents({ bus, subscribers }: HintContext, tenant: string, name: string): void {
  if (subscribers.isWatched(tenant, name)) bus.publish(fanOutTopic)
}

/** A job is not as it was: the same, for its callback, its batch's, and the end of it. */
export function hintChange(ctx: HintContext, job: Job): void {
  const { callback, batch } = job
  if (callback !== null && (callback !== 'final' || isOutcome(job))) return wake(ctx)
  if (!isOutcome(job)) return
  // Whether its batch has a callback only the store knows.
  if (batch !== null) return wake(ctx)
  hintEvents(ctx, job.tenant, outcomeChannel(job.operation))
}

const wake = ({ bus }: HintContext): void => bus.publish(fanOutTopic)
