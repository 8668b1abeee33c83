import type { BatchDocument, BatchEvent } from '@buzzer/client'
import { isFinal, jobStates, type BatchState } from '@buzzer/contract'
import { showCount } from './show-count.ts'
import { showState } from './show-job.ts'
import { paint, type Output } from './terminal.ts'

/** Whether nothing more will happen to it by itself. */
export const isOver = (state: BatchState): boolean => isFinal(state)

/** The batch in one line. */
export const showBatch = (stream: Output, { id, state, jobs, counts }: BatchDocument): string =>
  `${paint(stream, 'bold', id)}  ${showState(stream, state)}  ${showCount(jobs.length, 'job')}: ${showCounts(stream, counts)}`

const showCounts = (stream: Output, counts: BatchDocument['counts']): string =>
  jobStates
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${showState(stream, state)}`)
    .join(', ')

/** One event in one line, for people. */
export function showBatchEvent(stream: Output, event: BatchEvent): string {
  const time = paint(stream, 'dim', event.time.slice(11, 23))
  if ('batch' in event) return `${time}  ${showBatch(stream, event.batch)}`
  const { job, state, problem } = event
  const why = problem === null ? [] : [problem.code, problem.detail]
  return [time, job, showState(stream, state), ...why].join('  ')
}
