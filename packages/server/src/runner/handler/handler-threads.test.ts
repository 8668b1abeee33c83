import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunOutcome, Runner } from '../../ports/runner.ts'
import { createHandlerRunner, type ThreadOptions } from './handler-runner.ts'
import { createStillClock, recordAttempt, recordLog } from './testing/attempt.ts'
import { bytesIn, isBlob } from '../../core/payload.ts'
import { gather } from '../../core/spool.ts'
import { createMemoryBlobs } from '../../store/sqlite/testing/memory-blobs.ts'

const module = new URL('./testing/threads.config.ts', import.meta.url).href
const names = [
  'which',
  'block',
  'talk',
  'log',
  'publish',
  'bytes',
  'stream',
  'linger',
  'listen',
  'spin',
  'fail',
  'absent',
]

function open(threads: Partial<ThreadOptions> = {}) {
  const { log, lines } = recordLog()
  const { clock, fire, delays } = createStillClock()
  const entry = {
    run: () => {
      throw new Error('ran on the main thread')
    },
    thread: true,
    checkOutput: null,
  }
  const runner = createHandlerRunner({
    handlers: new Map(names.map((name) => [name, entry])),
    log,
    clock,
    maxResultBytes: 10_000,
    threads: { module, max: 1, ...threads },
  })
  return { runner, lines, fire, delays }
}

const valueOf = (outcome: RunOutcome): unknown =>
  outcome.kind === 'done'
    ? JSON.parse(new TextDecoder().decode(bytesIn(outcome.result.body)))
    : outcome

const which = async (runner: Runner): Promise<unknown> =>
  valueOf(await runner.run(recordAttempt('which', null)))

describe('a handler in a thread', () => {
  it('may block while this thread goes on', async () => {
    await using runner = open().runner
    const folder = mkdtempSync(join(tmpdir(), 'buzzer-thread-'))
    const path = join(folder, 'released')
    const attempt = recordAttempt('block', { path })
    const ran = runner.run(attempt)
    // The handler spins until this thread, having heard from it, makes the file.
    await attempt.begun
    writeFileSync(path, '')
    expect(valueOf(await ran)).toBe('released')
    rmSync(folder, { recursive: true })
  })

  it('gets its input and its job, and says what it has to say in order', async () => {
    const { runner, lines } = open()
    await using _ = runner
    const attempt = recordAttempt('talk', { month: 'Mai — käse' })
    expect(valueOf(await runner.run(attempt))).toMatchObject({
      input: { month: 'Mai — käse' },
      job: { attempt: 2, tags: ['a', 'b'], createdAt: '2023-11-14T22:13:20.000Z' },
    })
    expect(attempt.said).toEqual([
      [100, 'over the top'],
      ...[1, 2, 3].map((index) => [{ text: `piece ${index}` }]),
    ])
    expect(lines).toMatchObject([{ level: 'info', message: 'half way', fields: { attempt: 2 } }])
  })

  it('logs errors with what they say, and whatever else it is given', async () => {
    const { runner, lines } = open()
    await using _ = runner
    await runner.run(recordAttempt('log', null))
    expect(lines).toMatchObject([
      {
        message: 'failed',
        fields: {
          err: {
            type: 'TypeError',
            message: 'no rows',
            stack: expect.stringContaining('threads.config.ts'),
            cause: { message: 'no disk' },
          },
        },
      },
      { message: 'also', fields: { err: { message: 'no members' } } },
      { message: 'odd', fields: { operation: 'log' } },
    ])
  })

  it('waits until its output is taken, and hears when it cannot be', async () => {
    await using runner = open().runner
    const taken: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const output = async (piece: unknown): Promise<void> => {
      taken.push(piece)
      await promise
      if (taken.length === 2) throw new Error('the disk is full')
    }
    const attempt = recordAttempt('talk', null, { output })
    const ran = runner.run(attempt)
    await expect.poll(() => taken.length).toBe(1)
    resolve()
    expect(await ran).toMatchObject({ kind: 'failed', error: { detail: 'the disk is full' } })
    expect(taken).toHaveLength(2)
  })

  it('publishes, and ends for good where the channel does not take it', async () => {
    await using runner = open().runner
    const attempt = recordAttempt('publish', 'quotes')
    expect(valueOf(await runner.run(attempt))).toEqual({
      id: 'evt_1',
      sequence: '0000000000000001',
    })
    expect(attempt.said).toEqual([['quotes', { type: 'tick', data: new Uint8Array([1, 2]) }]])
    expect(await runner.run(recordAttempt('publish', 'unknown'))).toMatchObject({
      retryable: false,
      error: { code: 'channel-not-found' },
    })
  })

  it('gives bytes, and keeps its own', async () => {
    await using runner = open().runner
    for (const _ of [1, 2]) {
      const outcome = await runner.run(recordAttempt('bytes', null))
      expect(outcome).toMatchObject({ kind: 'done', result: { mediaType: 'text/plain' } })
      const body = outcome.kind === 'done' ? outcome.result.body : new Uint8Array()
      expect(new TextDecoder().decode(bytesIn(body))).toBe('kept by the handler')
    }
  })

  it.each([
    ['few bytes, which lie with their job', 1],
    ['many, which are kept apart as they come', 60],
  ])('gives a stream of %s', async (_, pieces) => {
    await using runner = open().runner
    const attempt = recordAttempt('stream', { pieces }, { maxResultBytes: 4_000_000 })
    const outcome = await runner.run(attempt)
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
    const { body, mediaType } = outcome.result
    expect([mediaType, isBlob(body)]).toEqual(['text/csv', pieces > 1])
    const bytes = isBlob(body) ? await gather(attempt.blobs.read(body), body.size) : body
    const expected = Array.from({ length: pieces }, (__, at) => Buffer.alloc(50_000, at))
    expect(Buffer.concat(expected).equals(bytes)).toBe(true)
  })

  it.each([
    ['breaks', { pieces: 60, broken: true }, 'it broke in the midst', true],
    ['is too large', { pieces: 100_000 }, '3.8 MiB at most', false],
  ])('gives a stream that %s, and its thread lives on', async (_, input, detail, retryable) => {
    await using runner = open().runner
    const before = await which(runner)
    const blobs = createMemoryBlobs({ clock: { now: Date.now }, random: { bytes: randomBytes } })
    const attempt = recordAttempt('stream', input, { maxResultBytes: 4_000_000, blobs })
    expect(await runner.run(attempt)).toMatchObject({
      kind: 'failed',
      retryable,
      error: { detail: expect.stringContaining(detail) as string },
    })
    expect(await blobs.writtenBefore(Infinity, '', 9)).toEqual([])
    expect(await which(runner)).toBe(before)
  })

  it('runs in the same thread as the one before, to which it cannot be mistaken', async () => {
    await using runner = open().runner
    const first = await which(runner)
    await runner.run(recordAttempt('linger', null))
    const attempt = recordAttempt('which', null)
    expect(valueOf(await runner.run(attempt))).toBe(first)
    expect(await which(runner)).toBe(first)
    expect(attempt.said).toEqual([])
  })

  it.each([
    ['error', { error: { detail: 'x is undefined' }, retryable: true, retryAfterMs: null }],
    ['retryable', { error: { detail: 'busy' }, retryable: true, retryAfterMs: 7_000 }],
    ['terminal', { error: { code: 'gone-for-good', status: 410 }, retryable: false }],
    ['function', { error: { detail: expect.stringMatching(/gave a function/) }, retryable: true }],
  ])('fails as on the main thread: %s', async (how, outcome) => {
    const { runner, lines } = open()
    await using _ = runner
    expect(await runner.run(recordAttempt('fail', { how }))).toMatchObject(outcome)
    const stacks = lines.map(({ fields }) => String(fields['stack']))
    expect(stacks.some((stack) => stack.includes('threads.config.ts'))).toBe(how === 'error')
  })

  it.each([
    ['exit', /ended its thread with process\.exit\(3\)/],
    ['uncaught', /nobody caught me/],
    ['rejection', /nobody awaited me/],
    ['memory', /ran out of memory/],
  ])('that crashes is a failed attempt and nothing more: %s', async (how, detail) => {
    const { runner, lines } = open({ limits: { heapMb: 24 } })
    await using _ = runner
    const waiting = runner.run(recordAttempt('fail', { how }))
    const behind = which(runner)
    expect(await waiting).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: { code: 'handler-failed', detail: expect.stringMatching(detail) as string },
    })
    expect(lines).toMatchObject([{ level: 'warn', fields: { operation: 'fail' } }])
    // The one that waited for the thread got another.
    expect(await behind).toBeTypeOf('number')
  })

  it('that is missing or cannot be loaded is told', async () => {
    await using runner = open().runner
    expect(await runner.run(recordAttempt('absent', null))).toMatchObject({
      retryable: false,
      error: { detail: 'The configuration has no absent.' },
    })
    const broken = new URL('./testing/broken.config.ts', import.meta.url).href
    await using unloadable = open({ module: broken }).runner
    expect(await unloadable.run(recordAttempt('which', null))).toMatchObject({
      retryable: true,
      error: { detail: expect.stringMatching(/load the configuration: DATABASE_URL/) as string },
    })
  })
})

describe('an abort', () => {
  it('reaches a handler that listens, whose thread lives on', async () => {
    const { runner, delays } = open({ graceMs: 2_000, idleMs: 5 })
    await using _ = runner
    const before = await which(runner)
    const attempt = recordAttempt('listen', null)
    const ran = runner.run(attempt)
    await attempt.begun
    attempt.controller.abort(new DOMException('The attempt was stopped: cancel', 'AbortError'))
    expect(await ran).toMatchObject({
      kind: 'failed',
      error: { detail: 'The attempt was stopped: cancel' },
    })
    expect(delays()).toEqual([5])
    expect(await which(runner)).toBe(before)
  })

  it('reaches it too where it comes before the handler runs', async () => {
    await using runner = open().runner
    const attempt = recordAttempt('listen', null)
    const outcome = runner.run(attempt)
    attempt.controller.abort(new DOMException('too late', 'TimeoutError'))
    expect(await outcome).toMatchObject({ error: { detail: 'too late' } })
  })

  it('ends the thread of one that does not, after its grace', async () => {
    const { runner, fire, delays } = open({ graceMs: 2_000 })
    await using _ = runner
    const before = await which(runner)
    const attempt = recordAttempt('spin', null)
    const ran = runner.run(attempt)
    await attempt.begun
    attempt.controller.abort()
    expect(delays()).toEqual([2_000])
    fire(2_000)
    expect(await ran).toMatchObject({
      kind: 'failed',
      error: { detail: expect.stringContaining('did not stop within 2000 ms') as string },
    })
    expect(await which(runner)).not.toBe(before)
  })

  it('calls off an attempt that waits for a thread, and lets the next one have it', async () => {
    await using runner = open().runner
    const first = recordAttempt('listen', null)
    const running = runner.run(first)
    await first.begun
    const second = recordAttempt('which', null)
    const waiting = runner.run(second)
    const third = which(runner)
    second.controller.abort()
    expect(await waiting).toMatchObject({
      error: { detail: 'The attempt was stopped before it got a thread.' },
    })
    first.controller.abort()
    await running
    expect(await third).toBeTypeOf('number')
    const late = recordAttempt('which', null)
    late.controller.abort()
    expect(await runner.run(late)).toMatchObject({ kind: 'failed' })
  })
})

describe('the threads', () => {
  it('are as many as are needed, up to a bound, and end when they have nothing to do', async () => {
    const { runner, fire, delays } = open({ max: 2, idleMs: 30_000 })
    await using _ = runner
    const [a, b, c] = await Promise.all([which(runner), which(runner), which(runner)])
    expect(new Set([a, b, c]).size).toBe(2)
    expect(delays()).toEqual([30_000, 30_000])
    fire(30_000)
    const later = await which(runner)
    expect([a, b]).not.toContain(later)
  })

  it('end with their runner, whatever runs in them', async () => {
    const { runner } = open()
    const attempt = recordAttempt('spin', null)
    const ran = runner.run(attempt)
    await attempt.begun
    const waiting = runner.run(recordAttempt('which', null))
    await runner[Symbol.asyncDispose]()
    expect(await ran).toMatchObject({ error: { detail: 'The server is shutting down.' } })
    expect(await waiting).toMatchObject({ kind: 'failed' })
    expect(await runner.run(recordAttempt('which', null))).toMatchObject({ kind: 'failed' })
  })
})
