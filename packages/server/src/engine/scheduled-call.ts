import type { Input } from '../core/payload.ts'
import type { Operation, RoutedCall } from '../ports/catalog.ts'
import type { Timetables } from '../ports/timetable.ts'

/** What a schedule calls its operation with: nothing, as far as that is a call. */
export type ScheduledCall =
  | { readonly kind: 'call'; readonly input: Input | null }
  | { readonly kind: 'needs-input'; readonly detail: string }

export function scheduledCall({ call }: Operation): ScheduledCall {
  if (call.kind === 'routed') return routedCall(call)
  const [error] = call.check(undefined)
  return error === undefined ? { kind: 'call', input: null } : needsInput(error.detail)
}

const nothing = new Uint8Array()

function routedCall({ method, path, check }: RoutedCall): ScheduledCall {
  if (path.includes('{')) return needsInput(`${path} has parameters`)
  const request = { method, target: path, headers: [] }
  const outcome = check(request, nothing, null)
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'call', input: { mediaType: null, body: nothing, request } }
    case 'invalid':
      return needsInput(outcome.errors[0]?.detail ?? 'it is not valid')
    case 'malformed':
      return needsInput(outcome.detail)
    case 'unsupported-media-type':
      return needsInput('it needs a body')
  }
}

const needsInput = (why: string): ScheduledCall => ({
  kind: 'needs-input',
  detail:
    `a schedule calls it with no input, which it does not take (${why}); ` +
    'make its input optional, or schedule another operation that calls it',
})

/** What is wrong with the schedule of an operation. */
export interface ScheduleIssue {
  /** The member of the schedule; null for the schedule as a whole. */
  readonly member: 'cron' | 'timeZone' | null
  readonly detail: string
}

/** Says why an operation cannot run by itself as it is defined; null where it can, or need not. */
export function whyNotScheduled(
  operation: Operation,
  timetables: Timetables,
): ScheduleIssue | null {
  const { schedule } = operation.policies
  if (schedule === null) return null
  const reading = timetables.read(schedule.cron, schedule.timeZone)
  if (reading.kind === 'wrong') return { member: reading.member, detail: reading.detail }
  const call = scheduledCall(operation)
  return call.kind === 'needs-input' ? { member: null, detail: call.detail } : null
}
