import type { JobView } from '../../core/job-view.ts'
import type { InlineResult } from '../../core/payload.ts'
import type { ChannelEvent, ChannelPage, OutcomeEvent } from '../../ports/events.ts'

/** An outcome with the job as it was then; without it where the job has moved on or is gone. */
export interface ToldOutcome extends OutcomeEvent {
  readonly view: JobView | null
  /** Of a success, where it is small enough to stand in line. */
  readonly result: InlineResult | null
}

/** What readers of a channel get. */
export type ToldEvent = Exclude<ChannelEvent, OutcomeEvent> | ToldOutcome

export interface ToldPage extends Omit<ChannelPage, 'events'> {
  readonly events: readonly ToldEvent[]
}
