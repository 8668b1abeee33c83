import type { JobDocument, JobState } from '@buzzer/client'
import { showAge, showSpan } from './show-time.ts'
import { layOut } from './table.ts'
import { paint, type Colour, type Output } from './terminal.ts'

const colours: Readonly<Record<JobState, Colour>> = {
  queued: 'yellow',
  running: 'cyan',
  input_required: 'magenta',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
}

export const showState = (stream: Output, state: JobState): string =>
  paint(stream, colours[state], state)

/** How far it is, or why it is not worked on; empty where there is nothing to say. */
export function showProgress({ progress, waiting }: JobDocument): string {
  if (waiting !== null) {
    const ahead = waiting.ahead === null ? '' : `, ${waiting.ahead} ahead`
    return `waits for ${waiting.reason}${ahead}`
  }
  if (progress === null) return ''
  const percent = progress.percent === null ? '' : `${Math.round(progress.percent)}%`
  return [percent, progress.message ?? ''].filter((part) => part !== '').join('  ')
}

/** The list of jobs, for people. */
export function showJobs(
  stream: Output,
  jobs: readonly JobDocument[],
  now: number,
): readonly string[] {
  const head = ['JOB', 'OPERATION', 'STATE', 'ATTEMPT', 'AGE', ''].map((title) =>
    paint(stream, 'dim', title),
  )
  const rows = jobs.map((job) => [
    job.id,
    job.operation,
    showState(stream, job.state),
    `${job.attempt}/${job.maxAttempts}`,
    showAge(job.createdAt, now),
    job.error === null ? showProgress(job) : job.error.code,
  ])
  return layOut([head, ...rows])
}

/** Everything about one job, for people. */
export function showJob(stream: Output, job: JobDocument): readonly string[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['operation', job.operation],
    ['attempt', `${job.attempt} of ${job.maxAttempts}${job.run > 1 ? `, run ${job.run}` : ''}`],
    ['progress', showProgress(job) || null],
    ['priority', job.priority === 4 ? null : String(job.priority)],
    ['key', job.key],
    ['tags', job.tags.join(', ') || null],
    ['created', job.createdAt],
    ['started', job.startedAt],
    ['finished', job.finishedAt],
    ['took', tookOf(job)],
    ['expires', job.expiresAt],
  ]
  const rows = facts.flatMap(([name, value]) =>
    value === null ? [] : [[`  ${paint(stream, 'dim', name)}`, value]],
  )
  return [
    `${paint(stream, 'bold', job.id)}  ${showState(stream, job.state)}`,
    ...layOut(rows),
    ...showError(stream, job),
  ]
}

const tookOf = ({ startedAt, finishedAt }: JobDocument): string | null =>
  startedAt === null || finishedAt === null
    ? null
    : showSpan(Date.parse(finishedAt) - Date.parse(startedAt))

interface AttemptDocument {
  readonly attempt: number
  readonly finishedAt: string
  readonly error: { readonly code: string; readonly detail: string }
}

function showError(stream: Output, { error }: JobDocument): readonly string[] {
  if (error === null) return []
  const { attempts = [] } = error as { readonly attempts?: readonly AttemptDocument[] }
  return [
    `  ${paint(stream, 'red', error.code)}  ${error.detail}`,
    ...attempts.map(
      (each) =>
        `    attempt ${each.attempt}  ${each.finishedAt}  ${each.error.code}  ${each.error.detail}`,
    ),
  ]
}
