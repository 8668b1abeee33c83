import { defaultPolicies, type Policies } from '../../core/operation.ts'
import type { Result } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import { createChannelIndex } from '../../core/channel-name.ts'
import type { Catalog, Channel, Operation } from '../../ports/catalog.ts'
import type { Attempt, RunOutcome, Runner } from '../../ports/runner.ts'

export type Run = (attempt: Attempt) => Promise<RunOutcome>

export interface OperationWish extends Partial<Policies> {
  readonly name?: string
  readonly run?: Run
  readonly heldOffUntil?: () => Millis | null
}

/** An operation whose runner does as the test says; by default it is done at once. */
export function operation(wish: OperationWish = {}): Operation {
  const { name = 'render', run = async () => done(), heldOffUntil = () => null, ...policies } = wish
  const runner: Runner = { run, heldOffUntil, async [Symbol.asyncDispose]() {} }
  return {
    name,
    summary: null,
    policies: { ...defaultPolicies, ...policies },
    runner,
    call: { kind: 'named', inputSchema: null, outputSchema: null, check: () => [] },
  }
}

export function catalogOf(
  operations: readonly Operation[],
  channels: readonly Channel[] = [],
): Catalog & { declare(channels: readonly Channel[]): void } {
  let find = createChannelIndex(channels)
  let present = channels
  return {
    operation: (name) => operations.find((each) => each.name === name) ?? null,
    operations: () => operations,
    channel: (name) => find(name),
    channels: () => present,
    route: () => ({ kind: 'none' }),
    declare(next) {
      present = next
      find = createChannelIndex(next)
    },
  }
}

export const json = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value))

const resultOf = (value: unknown): Result => ({
  status: 200,
  mediaType: 'application/json',
  headers: [],
  body: json(value),
})

export const done = (value: unknown = { ok: true }): RunOutcome => ({
  kind: 'done',
  result: resultOf(value),
})

type Failed = Extract<RunOutcome, { kind: 'failed' }>

export const failed = (wish: Partial<Failed> = {}): Failed => ({
  kind: 'failed',
  error: { code: 'handler-failed', detail: 'It broke.' },
  retryable: true,
  retryAfterMs: null,
  ...wish,
})

/** Ends when it is told to stop, as a good handler does. */
export const untilAborted: Run = ({ signal }) =>
  new Promise((resolve) => {
    const end = (): void => resolve(failed({ error: { code: 'aborted', detail: 'Aborted.' } }))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })

/** Never ends, whatever it is told. */
export const forever: Run = () => new Promise(() => {})

/** Attempts that the test ends by hand, in the order in which they began. */
export interface HeldRuns {
  readonly run: Run
  readonly attempts: readonly Attempt[]
  end(index: number, outcome?: RunOutcome): void
}

export function heldRuns(): HeldRuns {
  const attempts: Attempt[] = []
  const ends: ((outcome: RunOutcome) => void)[] = []
  return {
    attempts,
    run(attempt) {
      attempts.push(attempt)
      return new Promise((resolve) => void ends.push(resolve))
    },
    end: (index, outcome = done()) => ends[index]?.(outcome),
  }
}
