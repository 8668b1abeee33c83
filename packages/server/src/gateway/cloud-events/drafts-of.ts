import type { Problem, ValidationError } from '@buzzer/contract'
import type { EventDraft } from '../../core/event.ts'
import { readDraft, type ReadDraft, type Strictness } from '../../core/read-draft.ts'

/**
 * All that was read, or all that is wrong with it.
 *
 * @param isBatch errors name which of the events they are about
 */
export function draftsOf(
  read: readonly ReadDraft[],
  isBatch = false,
): readonly EventDraft[] | Problem {
  const [first] = read
  // Most publications are one event.
  if (read.length === 1 && first?.kind === 'draft') return [first.draft]
  const errors = read.flatMap((each, index) =>
    each.kind === 'draft' ? [] : each.errors.map((error) => placed(error, isBatch ? index : null)),
  )
  if (errors.length > 0) return notEvents(errors)
  return read.flatMap((each) => (each.kind === 'draft' ? [each.draft] : []))
}

const placed = ({ pointer, detail }: ValidationError, index: number | null): ValidationError => ({
  pointer: index === null ? pointer : `/${index}${pointer}`,
  detail,
})

const notEvents = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'This is no CloudEvent that is taken here; `errors` says why, and nothing was published.',
  errors: errors.slice(0, 20),
})

/** Reads what should be an event and need not even be an object. */
export const readObject = (value: unknown, strictness: Strictness): ReadDraft =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? readDraft(value as Readonly<Record<string, unknown>>, strictness)
    : noObject

const noObject: ReadDraft = {
  kind: 'invalid',
  errors: [{ pointer: '', detail: 'has to be a JSON object' }],
}
