import { existsSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { RetryableError, TerminalError } from '../../../core/handler-error.ts'
import type { HandlerContext } from '../../../core/handler.ts'
import { raw } from '../../../core/raw.ts'

/** Blocks its thread until a file is there; says first that it does. */
function blockUntil(path: string, ctx: HandlerContext): void {
  void ctx.progress(0, 'blocking')
  while (!existsSync(path));
}

/** Given again and again, and so not to be taken away. */
const kept = new TextEncoder().encode('kept by the handler')

/** Gives the same buffer again and again, as a reader of files does. */
async function* streamed({
  pieces,
  broken,
}: {
  readonly pieces: number
  readonly broken?: boolean
}) {
  const piece = new Uint8Array(50_000)
  for (let number = 0; number < pieces; number += 1) yield piece.fill(number)
  if (broken === true) throw new Error('it broke in the midst')
}

const operations = {
  which: { run: () => threadId },
  block: {
    run(input: { path: string }, ctx: HandlerContext) {
      blockUntil(input.path, ctx)
      return 'released'
    },
  },
  talk: {
    prefix: 'piece ',
    async run(input: unknown, ctx: HandlerContext) {
      await ctx.progress(140, 'over the top')
      for (const index of [1, 2, 3]) await ctx.output({ text: this.prefix + index })
      ctx.log.info('half way', { index: 3, big: 1n })
      return { input, job: ctx.job }
    },
  },
  log: {
    run(_: unknown, ctx: HandlerContext) {
      ctx.log.error('failed', { err: new TypeError('no rows', { cause: new Error('no disk') }) })
      ctx.log.error('also', new Error('no members'))
      ctx.log.info('odd', () => 1)
    },
  },
  publish: {
    run: async (channel: string, ctx: HandlerContext) =>
      ctx.publish(channel, { type: 'tick', data: new Uint8Array([1, 2]) }),
  },
  bytes: {
    run: () => raw(kept, 'text/plain'),
  },
  stream: {
    run: (input: { pieces: number; broken?: boolean }) => raw(streamed(input), 'text/csv'),
  },
  linger: {
    run(_: unknown, ctx: HandlerContext) {
      setImmediate(() => void ctx.progress(99, 'from before'))
      return null
    },
  },
  listen: {
    async run(_: unknown, ctx: HandlerContext) {
      const { promise, resolve } = Promise.withResolvers<void>()
      ctx.signal.addEventListener('abort', () => resolve(), { once: true })
      await ctx.progress(null, 'listening')
      // Something has to keep the thread's loop alive, as work would.
      const alive = setInterval(() => {}, 60_000)
      await promise
      clearInterval(alive)
      throw ctx.signal.reason
    },
  },
  spin: {
    run(_: unknown, ctx: HandlerContext) {
      void ctx.progress(null, 'spinning')
      for (;;);
    },
  },
  fail: {
    run(input: { how: string }, ctx: HandlerContext) {
      return failures[input.how]?.(ctx)
    },
  },
}

const failures: Readonly<Record<string, (ctx: HandlerContext) => unknown>> = {
  error: () => {
    throw new TypeError('x is undefined')
  },
  retryable: () => {
    throw new RetryableError('busy', { retryAfter: '7s' })
  },
  terminal: () => {
    throw new TerminalError('gone', { problem: { code: 'gone-for-good', status: 410 } })
  },
  function: () => () => {},
  exit: () => process.exit(3),
  uncaught: () => {
    setImmediate(() => {
      throw new Error('nobody caught me')
    })
    return new Promise(() => setInterval(() => {}, 60_000))
  },
  rejection: () => {
    void Promise.reject(new Error('nobody awaited me'))
    return new Promise(() => setInterval(() => {}, 60_000))
  },
  memory: () => {
    const hoard: unknown[] = []
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
  },
}

export default { operations }
