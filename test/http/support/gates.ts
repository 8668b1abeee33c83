import type { HandlerContext } from '../../../packages/server/src/core/handler.ts'

/** An attempt that waits for the test to say how it ends. */
interface Arrival {
  readonly input: unknown
  readonly ctx: HandlerContext
  finish(output?: unknown): void
  fail(error: Error): void
}

/** A handler whose attempts the test ends by hand, one by one in the order of their start. */
export interface Gates {
  run(input: unknown, ctx: HandlerContext): Promise<unknown>
  /** The next attempt that has begun and was not taken yet. */
  next(): Promise<Arrival>
  /** Attempts that have begun so far. */
  begun(): number
}

export function createGates(): Gates {
  const arrived: Arrival[] = []
  const takers: ((arrival: Arrival) => void)[] = []
  let begun = 0
  return {
    run(input, ctx) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const arrival = { input, ctx, finish: resolve, fail: reject }
      ctx.signal.addEventListener('abort', () => reject(new Error('aborted')))
      begun += 1
      const taker = takers.shift()
      if (taker === undefined) arrived.push(arrival)
      else taker(arrival)
      return promise
    },
    next() {
      const first = arrived.shift()
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => void takers.push(resolve))
    },
    begun: () => begun,
  }
}
