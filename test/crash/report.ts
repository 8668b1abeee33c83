import type { WorldReport } from './world.ts'

const shownFindings = 20

/** A summary in one line, and what was found below it. */
export function showReport(report: WorldReport, seed: number): string {
  const { findings, deaths, missed, settledMs, census } = report
  const total = Object.values(deaths).reduce((sum, count) => sum + count, 0)
  const where = Object.entries(deaths).map(([name, count]) => `${count} × ${name}`)
  const { accepted, outcomes, runs, repeated } = census
  const line =
    `crash, seed ${seed}: ${total} deaths at their moment, ${missed} beside it; ` +
    `${accepted} jobs accepted, ${outcomes} outcomes, ${runs} attempts begun, ` +
    `${repeated} of them again after a death; all ended ${settledMs} ms after the load; ` +
    `${findings.length} findings (${where.join(', ')})`
  return [line, ...findings.slice(0, shownFindings).map((finding) => `  - ${finding}`)].join('\n')
}
