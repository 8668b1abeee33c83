import { describe, expect, it } from 'vitest'
import { handlerFailure, RetryableError, TerminalError } from './handler-error.ts'

describe('what a handler throws', () => {
  it.each([
    ['30s', 30_000],
    [1_500, 1_500],
    [undefined, null],
  ] as const)('is tried again not before %s', (retryAfter, retryAfterMs) => {
    const thrown = new RetryableError('busy', retryAfter === undefined ? {} : { retryAfter })
    expect(handlerFailure(thrown)).toEqual({
      error: { code: 'handler-failed', detail: 'busy' },
      retryable: true,
      retryAfterMs,
      unexpected: false,
    })
  })

  it.each([-1, Number.NaN, '30 seconds', null])('cannot be put off by %s', (retryAfter) => {
    const make = () => new RetryableError('busy', { retryAfter: retryAfter as never })
    expect(make).toThrow(/not a duration.*for: busy/)
  })

  it('ends the job with the problem that it names', () => {
    const thrown = new TerminalError('the card is blocked', {
      problem: {
        code: 'card-blocked',
        status: 402,
        title: 'The card was declined',
        extensions: { card: '…42', status: 200, type: 'x', lost: 1n, at: new Date(0) },
      },
      cause: new Error('secret detail'),
    })
    expect(handlerFailure(thrown)).toEqual({
      error: {
        code: 'card-blocked',
        status: 402,
        title: 'The card was declined',
        detail: 'the card is blocked',
        extensions: { card: '…42', at: '1970-01-01T00:00:00.000Z' },
      },
      retryable: false,
      retryAfterMs: null,
      unexpected: false,
    })
  })

  it('names errors as JSON has them, or none where it has not', () => {
    const errorsOf = (error: object) =>
      handlerFailure(new TerminalError('no', { problem: { errors: [error as never] } })).error
        .errors
    const known = { pointer: '/month', detail: 'is none' }
    expect(errorsOf({ ...known, fix() {} })).toEqual([known])
    expect(errorsOf({ ...known, most: 12n })).toBeUndefined()
  })

  it('cannot name a success', () => {
    const thrown = new TerminalError('no', { problem: { status: 200 } })
    expect(handlerFailure(thrown).error).toEqual({ code: 'handler-failed', detail: 'no' })
  })

  it.each([
    [new TypeError('x is undefined'), 'x is undefined'],
    ['text', 'text'],
    [undefined, 'The handler threw undefined instead of an error.'],
    [{ secret: 1 }, 'The handler threw object instead of an error.'],
    [new Error(''), 'The handler threw an error without a message.'],
    [new Error('x'.repeat(5_000)), `${'x'.repeat(2_000)}…`],
  ])('is tried again where nothing is known of it: %s', (thrown, detail) => {
    const failure = handlerFailure(thrown)
    expect(failure.error).toEqual({ code: 'handler-failed', detail })
    expect(failure).toMatchObject({ retryable: true, unexpected: true })
  })

  it('is known too where it comes from another copy of this package', () => {
    const brand = Symbol.for('buzzer.handler-error')
    const foreign = Object.assign(new Error('no'), { [brand]: 'terminal', problem: {} })
    expect(handlerFailure(foreign).retryable).toBe(false)
  })
})
