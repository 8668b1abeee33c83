import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Handler } from '../../core/handler.ts'
import { RetryableError, TerminalError } from '../../core/handler-error.ts'
import { raw } from '../../core/raw.ts'
import type { RunOutcome } from '../../ports/runner.ts'
import { createHandlerRunner } from './handler-runner.ts'
import type { HandlerEntry } from './handler-set.ts'
import { createStillClock, recordAttempt, recordLog, type Line } from './testing/attempt.ts'
import { bytesIn } from '../../core/payload.ts'

interface Ran {
  readonly outcome: RunOutcome
  readonly said: readonly unknown[]
  readonly lines: readonly Line[]
}

async function runHandler(
  run: Handler,
  attempt = recordAttempt('op', { month: 'May' }),
  entry: Partial<HandlerEntry> = {},
): Promise<Ran> {
  const { log, lines } = recordLog()
  const { clock } = createStillClock()
  const handlers = new Map([['op', { run, thread: false, checkOutput: null, ...entry }]])
  await using runner = createHandlerRunner({
    handlers,
    log,
    clock,
    maxResultBytes: 100,
    threads: null,
  })
  return { outcome: await runner.run(attempt), said: attempt.said, lines }
}

const textOf = (outcome: RunOutcome): string =>
  outcome.kind === 'done' ? new TextDecoder().decode(bytesIn(outcome.result.body)) : outcome.kind

describe('what a handler gives', () => {
  it.each([
    ['an object', { a: [1, null] }, 'application/json', '{"a":[1,null]}'],
    ['nothing', undefined, 'application/json', 'null'],
    ['null', null, 'application/json', 'null'],
    ['text', 'käse', 'application/json', '"käse"'],
    ['a date', new Date(0), 'application/json', '"1970-01-01T00:00:00.000Z"'],
    ['bytes', new Uint8Array([104, 105]), 'application/octet-stream', 'hi'],
    ['a buffer', Buffer.from('hi'), 'application/octet-stream', 'hi'],
    ['an ArrayBuffer', new TextEncoder().encode('hi').buffer, 'application/octet-stream', 'hi'],
    [
      'a view',
      new DataView(new Uint8Array([1, 104, 105]).buffer, 1),
      'application/octet-stream',
      'hi',
    ],
    ['a blob', new Blob(['hi'], { type: 'text/plain' }), 'text/plain', 'hi'],
    ['a blob without a type', new Blob(['hi']), 'application/octet-stream', 'hi'],
    [
      'raw bytes',
      raw(Buffer.from('a;b'), 'text/csv; charset=utf-8'),
      'text/csv; charset=utf-8',
      'a;b',
    ],
    ['raw text', raw('<a/>', 'application/xml'), 'application/xml', '<a/>'],
  ])('is the result: %s', async (_, output, mediaType, text) => {
    const { outcome } = await runHandler(() => output)
    expect(outcome).toMatchObject({ kind: 'done', result: { status: 200, mediaType, headers: [] } })
    expect(textOf(outcome)).toBe(text)
  })

  it.each([
    ['a function', () => {}, /gave a function/],
    ['a big integer', 1n, /JSON cannot hold/],
    ['a circle', circle(), /JSON cannot hold/],
    ['a stream of objects', Readable.from([{ page: 1 }]), /stream of something other/],
  ])('is refused where it is neither JSON nor bytes: %s', async (_, output, detail) => {
    const { outcome } = await runHandler(() => output)
    expect(outcome).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: { code: 'handler-failed', detail: expect.stringMatching(detail) as string },
    })
  })

  it('is whatever JSON can hold, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (value) => {
        const attempt = recordAttempt('op', value)
        const { outcome } = await runHandler((input) => input, attempt, {})
        const json = JSON.stringify(value)
        const fits = new TextEncoder().encode(json).byteLength <= 100
        expect(textOf(outcome)).toBe(fits ? json : 'failed')
      }),
    )
  })

  it('fails for good where it is too large', async () => {
    const { outcome } = await runHandler(() => 'x'.repeat(99))
    expect(outcome).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: { detail: expect.stringContaining('101 bytes, of 100 bytes at most') as string },
    })
  })

  it('is checked as callers will see it; a wrong one may be tried again', async () => {
    const seen: unknown[] = []
    const errors = [{ pointer: '/at', detail: 'must be text' }]
    const checkOutput = (output: unknown) => {
      seen.push(output)
      return errors
    }
    const run = () => ({ at: new Date(0), gone: undefined })
    const { outcome } = await runHandler(run, undefined, { checkOutput })
    expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }])
    expect(outcome).toMatchObject({ kind: 'failed', retryable: true, error: { errors } })
    const bytes = await runHandler(() => raw('x', 'text/plain'), undefined, { checkOutput })
    expect(bytes.outcome.kind).toBe('done')
  })
})

function circle(): object {
  const self: { self?: object } = {}
  self.self = self
  return self
}

describe('what a handler gets', () => {
  const echo: Handler = (input) => ({ input: input === undefined ? 'nothing' : input })

  it.each([
    ['the stored JSON', recordAttempt('op', { a: 1 }), '{"input":{"a":1}}'],
    ['what was parsed already', recordAttempt('op', { a: 1 }, { value: 2 }), '{"input":2}'],
    ['null', recordAttempt('op', null), '{"input":null}'],
    ['nothing', recordAttempt('op', undefined), '{"input":"nothing"}'],
  ])('is %s', async (_, attempt, text) => {
    expect(textOf((await runHandler(echo, attempt)).outcome)).toBe(text)
  })

  it('is never a damaged input', async () => {
    const input = { mediaType: null, body: Buffer.from('{"a":'), request: null }
    const { outcome } = await runHandler(echo, recordAttempt('op', null, { input }))
    expect(outcome).toMatchObject({ retryable: false, error: { code: 'malformed-body' } })
  })

  it('says where it is, and makes no signal that nobody asks for', async () => {
    const attempt = recordAttempt('op', null)
    Object.defineProperty(attempt, 'signal', {
      get: () => {
        throw new Error('asked for')
      },
    })
    const { outcome } = await runHandler((_, ctx) => [ctx.attempt, ctx.job.deadline], attempt)
    expect(textOf(outcome)).toBe('[2,"2023-11-14T22:14:20.000Z"]')
  })

  it('carries progress, output and log lines, and none once the attempt is over', async () => {
    let late = async (): Promise<void> => {}
    const { said, lines } = await runHandler(async (_, ctx) => {
      await ctx.progress(50, 'half way')
      await ctx.progress(-3)
      await ctx.progress(Number.NaN, 7 as never)
      await ctx.output({ page: 1 })
      ctx.log.warn('slow', { job: 'mine', pages: 3 })
      late = () => ctx.progress(100)
    })
    await late()
    expect(said).toEqual([[50, 'half way'], [0, null], [null, null], [{ page: 1 }]])
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'slow',
        fields: {
          operation: 'op',
          job: 'job_01jd0000000000000000000000',
          attempt: 2,
          trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
          span_id: '00f067aa0ba902b7',
          pages: 3,
        },
      },
    ])
  })

  it('publishes, and ends for good where the channel does not take it', async () => {
    const event = { type: 'tick', data: { price: 3 } }
    const { outcome, said } = await runHandler(async (_, ctx) => ctx.publish('quotes', event))
    expect(said).toEqual([['quotes', event]])
    expect(JSON.parse(textOf(outcome))).toEqual({ id: 'evt_1', sequence: '0000000000000001' })
    const refused = await runHandler(async (_, ctx) => ctx.publish('unknown', event))
    expect(refused.outcome).toMatchObject({
      retryable: false,
      error: { code: 'channel-not-found' },
    })
  })
})

describe('what a handler throws', () => {
  it('tells the caller the message and the log the stack', async () => {
    const { outcome, lines } = await runHandler(() => {
      throw new TypeError('x is undefined')
    })
    expect(outcome).toEqual({
      kind: 'failed',
      error: { code: 'handler-failed', detail: 'x is undefined' },
      retryable: true,
      retryAfterMs: null,
    })
    expect(lines).toMatchObject([{ level: 'warn', fields: { err: { name: 'TypeError' } } }])
  })

  it.each([
    [new RetryableError('busy', { retryAfter: '7s' }), true, 7_000],
    [new TerminalError('gone'), false, null],
  ])('is no fault to be logged where it was foreseen: %s', async (thrown, retryable, wait) => {
    const { outcome, lines } = await runHandler(() => {
      throw thrown
    })
    expect(outcome).toMatchObject({ kind: 'failed', retryable, retryAfterMs: wait })
    expect(lines).toEqual([])
  })

  it('is not logged after an abort, and lets the run settle', async () => {
    const attempt = recordAttempt('op', null)
    const ran = runHandler(async (_, ctx) => {
      const { promise, reject } = Promise.withResolvers<never>()
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error))
      await promise
    }, attempt)
    attempt.controller.abort()
    const { outcome, lines } = await ran
    expect(outcome.kind).toBe('failed')
    expect(lines).toEqual([])
  })

  it('says so where the operation has no handler, or threads were not asked for', async () => {
    const unknown = await runHandler(() => 1, recordAttempt('other', null))
    expect(unknown.outcome).toMatchObject({ retryable: false })
    const threaded = await runHandler(() => 1, undefined, { thread: true })
    expect(threaded.outcome).toMatchObject({ retryable: false })
  })
})

it.each(['', 'pdf', 'text/plain\r\nx: y', 'a/b; \n', '/'])('raw() takes no %j', (mediaType) => {
  expect(() => raw('x', mediaType)).toThrow(/is not a media type/)
})
