import type { Clock } from './clock.ts'

/** How events come: over a WebSocket, by Server-Sent Events, or by long polling. */
export type Protocol = 'ws' | 'sse' | 'poll'

/** From the quickest to the one that comes through everything. */
export const everyProtocol: readonly Protocol[] = ['ws', 'sse', 'poll']

/** @throws TypeError where none is named, or one that there is not */
export function checkProtocols(given: readonly unknown[]): void {
  const known: readonly unknown[] = everyProtocol
  const wrong = given.find((protocol) => !known.includes(protocol))
  const names = everyProtocol.map((protocol) => `'${protocol}'`).join(', ')
  if (given.length === 0) throw new TypeError(`protocols names none; there are ${names}`)
  if (wrong !== undefined) {
    throw new TypeError(`There is no protocol ${JSON.stringify(wrong)}; there are ${names}`)
  }
}

const withoutSocket: readonly Protocol[] = ['sse', 'poll']

/**
 * What jobs and batches are followed by where nobody says otherwise: they need no socket, except in a
 * page. Over HTTP/1.1 a browser opens six connections to a server, for all its tabs together, and six
 * streams would keep every further request waiting. Sockets are not counted among them.
 */
export function usualForJobs(): readonly Protocol[] {
  const { location } = globalThis as { readonly location?: unknown }
  return location === undefined ? withoutSocket : everyProtocol
}

/**
 * What a client knows about the way to its server, so that each reader need not find out again
 * that something between holds a protocol back.
 */
export interface Ways {
  /** Whether it was tried a short time ago and did not come through, while another did. */
  isBad(protocol: Protocol): boolean
  hasWorked(protocol: Protocol): boolean
  worked(protocol: Protocol): void
  /** It does not come through, though the server can be reached. */
  failed(protocol: Protocol): void
}

/** A laptop goes from one network to another: what did not work is tried again. */
export const badForMs = 5 * 60_000

export function createWays(clock: Clock): Ways {
  const good = new Set<Protocol>()
  const badUntil = new Map<Protocol, number>()
  return {
    isBad: (protocol) => (badUntil.get(protocol) ?? -Infinity) > clock.now(),
    hasWorked: (protocol) => good.has(protocol),
    worked(protocol) {
      good.add(protocol)
      badUntil.delete(protocol)
    },
    failed(protocol) {
      good.delete(protocol)
      badUntil.set(protocol, clock.now() + badForMs)
    },
  }
}
