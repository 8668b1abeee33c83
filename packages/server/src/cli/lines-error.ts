import { BuzzerError, ConnectionError } from '@buzzer/client'
import { CommandError, exitCodes } from './command-error.ts'
import type { Explained } from './explained.ts'

/** A line that is no event. */
export class BadLine extends CommandError {
  readonly line: number

  constructor(line: number, reason: string) {
    const what = `Line ${line} is not JSON: ${reason}.`
    super(what, { code: 'wrong-usage', exitCode: exitCodes.usage, fix: 'one JSON a line' })
    this.line = line
  }
}

/** How far the lines of an input came. */
export interface LinesReached {
  /** How many of them are published. */
  readonly published: number
  /** The first that is not. */
  readonly from: number
  /** The numbers of those that were sent when it happened, in their order. */
  readonly sent: readonly number[]
}

/** Publishing ended among the lines of an input; `cause` is why. */
export class LinesError extends Error {
  override readonly name = 'LinesError'
  readonly reached: LinesReached

  constructor(cause: unknown, reached: LinesReached) {
    super('Not all lines are published', { cause })
    this.reached = reached
  }
}

/** Says which line it was, how many are published, and that the rest is not. */
export function explainLines({ cause, reached }: LinesError, told: Explained): Explained {
  const refused = cause instanceof BuzzerError ? refusedLines(cause, reached) : []
  const [first] = refused
  const line = cause instanceof BadLine ? cause.line : (first?.line ?? null)
  const isRefusal = first !== undefined
  return {
    ...told,
    what: isRefusal ? `Line ${first.line} is refused.` : told.what,
    why: [...(isRefusal ? refused.map(({ text }) => text) : told.why), stateOf(cause, reached)],
    fix: line === null ? told.fix : `mend it, and publish again from line ${reached.from} on`,
    more: { line, published: reached.published },
  }
}

/** The server knows where an event stands in its request, and nothing of lines. */
const refusedLines = ({ problem }: BuzzerError, { sent }: LinesReached) =>
  (problem.errors ?? []).flatMap(({ pointer, detail }) => {
    const [, index = '', rest = ''] = /^\/(\d+)(.*)$/s.exec(pointer) ?? []
    const line = index === '' ? undefined : sent[Number(index)]
    if (line === undefined) return []
    return [{ line, text: `line ${line}: ${rest === '' ? '' : `${rest}: `}${detail}` }]
  })

function stateOf(cause: unknown, { published, from }: LinesReached): string {
  const lines = published === 1 ? '1 line' : `${published} lines`
  const are = published === 1 ? 'is' : 'are'
  const before =
    published === 0 ? 'No line is published' : `${lines} before line ${from} ${are} published`
  return cause instanceof ConnectionError
    ? `${before}; of those from line ${from} on it is not known.`
    : `${before}${published === 0 ? '' : ', and none from there on'}.`
}
