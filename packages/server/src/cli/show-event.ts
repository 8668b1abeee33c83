import type { JobEvent } from '@buzzer/client'
import { showProgress, showState } from './show-job.ts'
import { paint, type Output } from './terminal.ts'

/** One event in one line, for people. */
export function showEvent(stream: Output, event: JobEvent): string {
  const time = paint(stream, 'dim', event.time.slice(11, 23))
  return `${time}  ${[...describe(stream, event)].filter((part) => part !== '').join('  ')}`
}

function describe(stream: Output, event: JobEvent): readonly string[] {
  const { job } = event
  switch (event.type) {
    case 'job.output':
      return ['output', JSON.stringify(event.piece)]
    case 'job.progress':
      return ['progress', showProgress(job)]
    case 'job.retrying':
      return ['retrying', job.error?.detail ?? '', showProgress(job)]
    case 'job.failed':
      return [showState(stream, job.state), event.problem?.code ?? '', event.problem?.detail ?? '']
    case 'reset':
      return ['reset', 'older events are no longer kept']
    default:
      return [showState(stream, job.state), attempt(event), showProgress(job)]
  }
}

const attempt = ({ job }: JobEvent): string =>
  job.attempt === 0 ? '' : `attempt ${job.attempt} of ${job.maxAttempts}`
