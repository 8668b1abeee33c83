import { Agent } from 'undici'
import type { Headers } from '../core/payload.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  Outbound,
  OutboundFailure,
  OutboundOutcome,
  OutboundRequest,
} from '../ports/outbound.ts'
import { createBreaks } from './breaks.ts'
import { createConnector, systemResolve, type Resolve } from './connect.ts'
import { exchange } from './exchange.ts'
import { createGate } from './gate.ts'
import { createTargetFinder } from './find-target.ts'
import { createGuard } from './guard.ts'
import { outgoingHeaders } from './headers.ts'
import type { Target } from './target.ts'
import { createVet } from './vet.ts'

export interface OutboundOptions {
  readonly clock: Clock
  /** Private targets that may be called all the same; see `createGuard` for how to write them. */
  readonly allow: readonly string[]
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: Resolve
  /** Name resolution and handshakes together; 10 s by default. */
  readonly connectTimeoutMs?: number
  /** Until the answer's headers are there; by default only the request's own timeout counts. */
  readonly headersTimeoutMs?: number
  /** Open connections for each origin; 64 by default. */
  readonly connections?: number
  /** Calls that may wait for a connection to one origin; 1,024 by default. */
  readonly maxWaiting?: number
  /** The largest head of an answer, in bytes; 64 KiB by default. */
  readonly maxHeaderBytes?: number
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string
}

const methodToken = /^[A-Z][A-Z0-9_-]{0,31}$/
// A tunnel would let the bytes after it go anywhere, and TRACE sends credentials back.
const refusedMethods = new Set(['CONNECT', 'TRACE'])

/**
 * The one way out of this process to wherever a user aimed (RFC 9110, RFC 9112). Plain http and
 * https without credentials in the URL; addresses that are not public are refused unless allowed;
 * redirects are answers like any other; bodies pass as they come, undecoded. Every failure is a
 * value.
 *
 * @throws Error where an entry of `allow` does not parse
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { clock } = options
  const guard = createGuard(options.allow)
  const connections = options.connections ?? 64
  const gate = createGate({ clock, connections, maxWaiting: options.maxWaiting ?? 1_024 })
  const breaks = createBreaks()
  const resolve = options.resolve ?? systemResolve
  const findTarget = createTargetFinder(guard)
  const vet = createVet({ guard, resolve, clock })
  const dispatcher = new Agent({
    connect: createConnector({
      guard,
      clock,
      breaks,
      resolve,
      timeoutMs: options.connectTimeoutMs ?? 10_000,
      ca: options.ca ?? null,
    }),
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: options.maxHeaderBytes ?? 65_536,
  })

  const run = async (
    request: OutboundRequest,
    target: Target,
    headers: Headers,
  ): Promise<OutboundOutcome> => {
    const startedAt = clock.monotonic()
    const entry = await gate.enter(target.origin, request.timeoutMs, request.signal)
    if (entry !== 'entered') return failed(notEntered[entry])
    try {
      // It may have been called off in the moment in which it entered.
      if (request.signal.aborted) return failed(notEntered.aborted)
      const timeoutMs = Math.max(1, request.timeoutMs - (clock.monotonic() - startedAt))
      const headersTimeoutMs = options.headersTimeoutMs ?? request.timeoutMs
      const terms = { target, request, headers, timeoutMs, headersTimeoutMs }
      return await exchange({ dispatcher, clock, breaks }, terms)
    } finally {
      gate.leave(target.origin)
    }
  }

  return {
    async call(request) {
      const found = findTarget(request.url)
      if (found.kind === 'rejected') return rejected(found.detail)
      const refusal = whyNotMethod(request.method)
      if (refusal !== null) return rejected(refusal)
      const headers = outgoingHeaders(request.headers)
      if (headers.kind === 'rejected') return rejected(headers.detail)
      if (request.signal.aborted) return failed(notEntered.aborted)
      return run(request, found.target, headers.headers)
    },
    check(url) {
      const found = findTarget(url)
      return found.kind === 'rejected' ? found.detail : null
    },
    async vet(url) {
      const found = findTarget(url)
      return found.kind === 'rejected' ? found.detail : vet(found.target)
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
    },
  }
}

function whyNotMethod(method: string): string | null {
  if (methodToken.test(method) && !refusedMethods.has(method)) return null
  return `The method ${JSON.stringify(method)} cannot be sent.`
}

const notEntered = {
  full: {
    reason: 'unreachable',
    detail: 'Too many calls wait for a connection there already.',
    sent: false,
  },
  timeout: { reason: 'timeout', detail: 'No connection became free in time.', sent: false },
  aborted: { reason: 'aborted', detail: 'The call was called off.', sent: false },
} as const satisfies Record<string, OutboundFailure>

const failed = (failure: OutboundFailure): OutboundOutcome => ({ kind: 'failed', failure })
const rejected = (detail: string): OutboundOutcome =>
  failed({ reason: 'rejected', detail, sent: false })
