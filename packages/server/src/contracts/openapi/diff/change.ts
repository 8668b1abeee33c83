import { escapeStep } from '../../schema/json-pointer.ts'

/** One thing that is otherwise than before. */
export interface Change {
  /** Whether callers that worked before may not work now. */
  readonly breaking: boolean
  /** A JSON Pointer (RFC 6901) into the operation; parameters stand by place and name. */
  readonly pointer: string
  readonly detail: string
}

/** What callers send may take more than before, and what they get may hold more than before. */
export type Side = 'request' | 'response'

/** Where changes are told while two descriptions are compared. */
export interface Place {
  readonly side: Side
  readonly pointer: string
  tell(change: Change): void
  /** Something that breaks callers. */
  breaks(detail: string): void
  /** Something worth knowing that breaks nobody. */
  notes(detail: string): void
  /** What narrows breaks on the way in, what widens on the way out. */
  narrows(detail: string): void
  widens(detail: string): void
  at(...steps: readonly string[]): Place
}

/** @param tell is given every change */
export function createPlace(side: Side, pointer: string, tell: (change: Change) => void): Place {
  const say =
    (breaking: boolean) =>
    (detail: string): void =>
      tell({ breaking, pointer, detail })
  return {
    side,
    pointer,
    tell,
    breaks: say(true),
    notes: say(false),
    narrows: say(side === 'request'),
    widens: say(side === 'response'),
    at: (...steps) => createPlace(side, [pointer, ...steps.map(escapeStep)].join('/'), tell),
  }
}
