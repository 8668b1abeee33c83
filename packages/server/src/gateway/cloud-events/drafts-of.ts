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

/**
 * Reads what should be an event and need not even be an object.
 *
 * @param exact the same with numbers as they were sent
 */
export const readObject = (value: unknown, strictness: Strictness, exact: unknown): ReadDraft =>
  isRecord(value) ? readDraft(value, strictness, null, isRecord(exact) ? exact : value) : noObject

/** The same for a list. */
export const readObjects = (
  values: readonly unknown[],
  strictness: Strictness,
  exact: unknown,
): readonly ReadDraft[] =>
  values.map((value, index) =>
    readObject(value, strictness, Array.isArray(exact) ? exact[index] : value),
  )

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const noObject: ReadDraft = {
  kind: 'invalid',
  errors: [{ pointer: '', detail: 'has to be a JSON object' }],
}
