import type { IncomingMessage } from 'node:http'
import type { Problem } from '@buzzer/contract'
import { abortable } from '../../../core/abortable.ts'
import { inlineAtMost, type Body } from '../../../core/payload.ts'
import { gather, spool, TooLarge } from '../../../core/spool.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { BodyRefused } from './body-refused.ts'
import type { BodyPlan } from './body-plan.ts'

type Done = (fault: unknown, body?: Body) => void

/** Reads the body of a request. @param done called once, with it or with what went wrong */
export type BodyReader = (exchange: Exchange, done: Done) => void

/** What it needs of all that the edge stands on. */
type Context = Pick<HttpContext, 'limits' | 'clock'> & {
  readonly engine: { readonly blobs: Pick<HttpContext['engine']['blobs'], 'write'> }
}

/** Larger bodies have to come at least this fast, in bytes per second. */
const slowestRate = 131_072
const firstMs = 60_000
const lookMs = 10_000

/** How long a body of that size may take to come, in milliseconds. */
export const patienceMs = (bytes: number): number => firstMs + (bytes / slowestRate) * 1_000

/** What of large bodies is in memory at once while it comes, in bytes; one may be larger. */
const heldAtMost = 134_217_728

/** The bodies that are coming and have to be whole in memory. */
interface Held {
  bytes: number
}

/**
 * Makes what reads the bodies of requests: small ones at once, large ones as their route plans.
 *
 * @param planOf asked for large bodies only
 */
export function createBodyReader(
  ctx: Context,
  planOf: (exchange: Exchange) => BodyPlan,
): BodyReader {
  const small = Math.min(inlineAtMost, ctx.limits.bodyBytes)
  const held: Held = { bytes: 0 }
  return (exchange, done) => {
    const { request } = exchange
    const announced = Number(request.headers['content-length'] ?? Infinity)
    if (announced <= small) return collect(request, announced, done)
    const plan = planOf(exchange)
    if (announced !== Infinity && announced > plan.maxBytes) {
      return done(new BodyRefused(plan.tooLarge()))
    }
    readLarge(ctx, request, plan, held).then((body) => done(null, body), done)
  }
}

/**
 * Takes a small body, which Node has made sure is as long as it says. It is there with its last
 * byte; of a caller who goes away before, nobody waits for the answer.
 */
function collect(request: IncomingMessage, announced: number, done: Done): void {
  const body = Buffer.allocUnsafe(announced)
  let filled = 0
  request.on('data', (chunk: Buffer) => {
    // Always copied, so that it keeps no buffer of a socket alive.
    filled += chunk.copy(body, filled)
    if (filled === announced) done(null, body)
  })
}

async function readLarge(
  ctx: Context,
  payload: IncomingMessage,
  { maxBytes, apart, tooLarge }: BodyPlan,
  held: Held,
): Promise<Body> {
  const controller = new AbortController()
  // What is left of one that is refused must not take the answer down with it.
  const chunks = payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  const watched = watch(ctx, abortable(chunks, controller.signal), controller)
  try {
    if (!apart) return await gather(counted(watched, held, maxBytes), maxBytes)
    return await spool(watched, {
      maxBytes,
      write: (source) => ctx.engine.blobs.write(source, { maxBytes, signal: controller.signal }),
    })
  } catch (fault) {
    throw fault instanceof TooLarge ? new BodyRefused(tooLarge()) : fault
  }
}

/**
 * Many callers who send slowly what has to be whole would together fill the memory.
 *
 * @throws BodyRefused for who asks for more than there is; those who came before go on
 */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  held: Held,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let own = 0
  try {
    for await (const chunk of chunks) {
      own += chunk.byteLength
      held.bytes += chunk.byteLength
      if (held.bytes > Math.max(heldAtMost, maxBytes)) throw new BodyRefused(tooManyLarge)
      yield chunk
    }
  } finally {
    held.bytes -= own
  }
}

/** A body that drips would hold its connection for ever. */
async function* watch(
  { clock }: Context,
  chunks: AsyncIterable<Uint8Array>,
  controller: AbortController,
): AsyncGenerator<Uint8Array, void> {
  const began = clock.monotonic()
  let bytes = 0
  let callOff = (): void => {}
  const look = (): void => {
    if (clock.monotonic() - began > patienceMs(bytes)) controller.abort(new BodyRefused(tooSlow))
    else callOff = clock.after(lookMs, look)
  }
  look()
  try {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength
      yield chunk
    }
  } finally {
    callOff()
  }
}

const tooManyLarge: Problem = {
  code: 'overloaded',
  detail:
    'More large bodies are coming in than fit into memory. Send the call again after the time in ' +
    'Retry-After, with the same Idempotency-Key if it has one.',
}

const tooSlow: Problem = {
  code: 'request-timeout',
  detail: 'The body came too slowly. Send it again over a faster connection.',
}
