import { binary, fault, json, type Answer, type Call } from './answer.ts'
import type { Booking } from './bookings.ts'
import { renderPdf } from './pdf.ts'

interface ReportRun {
  readonly id: string
  readonly month: string
  readonly startedAt: number
  readonly readyAt: number
}

/** How many status reads a client is asked to make, roughly, before a report is ready. */
const reads = 3

/**
 * Reports are made in the background: the order is answered 202 with the place of its status,
 * and the status says where the report is when it is done.
 */
export function createReports(
  bookings: () => readonly Booking[],
  now: () => number,
  workMs: () => number,
) {
  const runs = new Map<string, ReportRun>()

  function order({ query }: Call): Answer {
    const month = query.get('month') ?? ''
    if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) {
      return fault(400, 'BAD_QUERY', 'month is a month such as 2027-05')
    }
    const id = `R${String(runs.size + 1).padStart(6, '0')}`
    const startedAt = now()
    const run: ReportRun = { id, month, startedAt, readyAt: startedAt + workMs() }
    runs.set(id, run)
    return json(202, describe(run), {
      'Operation-Location': `/reports/runs/${id}`,
      'Retry-After': retryAfter(run),
    })
  }

  const describe = ({ id, month, startedAt, readyAt }: ReportRun) => {
    const done = now() >= readyAt
    const share = (now() - startedAt) / Math.max(1, readyAt - startedAt)
    return {
      id,
      month,
      status: done ? 'Succeeded' : 'Running',
      percentComplete: done ? 100 : Math.floor(share * 100),
      ...(done ? { resourceLocation: `/reports/${id}` } : {}),
    }
  }

  const retryAfter = ({ startedAt, readyAt }: ReportRun): string =>
    String(Math.max(1, Math.round((readyAt - startedAt) / reads / 1_000)))

  function status({ params }: Call): Answer {
    const run = runs.get(params.runId ?? '')
    if (run === undefined) return noSuchReport
    return now() >= run.readyAt
      ? json(200, describe(run))
      : json(200, describe(run), { 'Retry-After': retryAfter(run) })
  }

  function read({ params }: Call): Answer {
    const run = runs.get(params.reportId ?? '')
    if (run === undefined || now() < run.readyAt) return noSuchReport
    const sold = bookings().filter(({ departure }) => departure.startsWith(run.month))
    const lines = [
      `Departures in ${run.month}: ${sold.length}`,
      ...sold.map((booking) => `${booking.id} ${booking.tourId} ${booking.total} EUR`),
    ]
    return binary('application/pdf', renderPdf(lines), `report-${run.month}.pdf`)
  }

  return { order, status, read }
}

const noSuchReport = fault(404, 'NO_SUCH_REPORT', 'There is no report with this id')
