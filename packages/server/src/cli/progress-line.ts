import type { JobDocument } from '@buzzer/client'
import { fitLine } from './fit-line.ts'
import { showProgress, showState } from './show-job.ts'
import { showSpan } from './show-time.ts'
import { paint, type Output } from './terminal.ts'

/** One line on a terminal that is written again and again; nothing where there is no terminal. */
export interface ProgressLine extends Disposable {
  show(job: JobDocument): void
  /** Takes the line away, so that something else can be written. */
  clear(): void
}

const redrawMs = 200

export function createProgressLine(stream: Output): ProgressLine {
  if (stream.isTTY !== true) return { show() {}, clear() {}, [Symbol.dispose]() {} }
  const startedAt = performance.now()
  let latest: JobDocument | null = null
  const clear = (): void => void stream.write('\r\u001b[K')
  const draw = (): void => {
    if (latest === null) return
    const line = renderProgress(stream, latest, performance.now() - startedAt)
    stream.write(`\r\u001b[K${fitLine(line, stream.columns)}`)
  }
  const timer = setInterval(draw, redrawMs)
  return {
    show(job) {
      latest = job
      draw()
    },
    clear,
    [Symbol.dispose]() {
      clearInterval(timer)
      clear()
    },
  }
}

const barWidth = 20

/** @param elapsedMs since the job has been looked at */
export function renderProgress(stream: Output, job: JobDocument, elapsedMs: number): string {
  const percent = job.waiting === null ? (job.progress?.percent ?? null) : null
  const bar = percent === null ? '' : renderBar(stream, percent)
  const spent = elapsedMs < 1_000 ? '' : paint(stream, 'dim', spentAndLeft(percent, elapsedMs))
  const attempt = job.attempt > 1 ? `attempt ${job.attempt} of ${job.maxAttempts}` : ''
  const parts = [showState(stream, job.state), bar, showProgress(job), attempt, spent]
  return parts.filter((part) => part !== '').join('  ')
}

function renderBar(stream: Output, percent: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * barWidth)
  return paint(stream, 'cyan', '█'.repeat(full)) + paint(stream, 'dim', '░'.repeat(barWidth - full))
}

function spentAndLeft(percent: number | null, elapsedMs: number): string {
  const spent = showSpan(elapsedMs)
  if (percent === null || percent <= 0 || percent >= 100) return spent
  return `${spent}, about ${showSpan((elapsedMs * (100 - percent)) / percent)} left`
}
