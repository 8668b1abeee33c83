import { isIP } from 'node:net'
import { notPublic, type Guard } from './guard.ts'
import { parseTarget, type Target, type TargetOutcome } from './target.ts'

const mostRemembered = 500
/** In characters; longer ones are rarely called twice. */
const longestRemembered = 512

/**
 * Takes URLs apart and says of those that can never be called why; what is asked again and again,
 * as endpoints and the routes of an upstream are, is remembered.
 */
export function createTargetFinder(guard: Guard): (url: string) => TargetOutcome {
  const remembered = new Map<string, TargetOutcome>()
  return (url) => {
    const before = remembered.get(url)
    if (before !== undefined) return before
    const found = find(url, guard)
    if (url.length > longestRemembered) return found
    if (remembered.size === mostRemembered) remembered.clear()
    remembered.set(url, found)
    return found
  }
}

function find(url: string, guard: Guard): TargetOutcome {
  const parsed = parseTarget(url)
  if (parsed.kind === 'rejected') return parsed
  const detail = refusalOf(parsed.target, guard)
  return detail === null ? parsed : { kind: 'rejected', detail }
}

/** What is known before anything is resolved or opened. */
function refusalOf({ host, port }: Target, guard: Guard): string | null {
  const addresses = knownAddresses(host)
  const isRefused =
    addresses.length > 0 && addresses.every((address) => !guard.permits(host, port, address))
  return isRefused ? notPublic(host, port) : null
}

/** Names under localhost mean the loopback everywhere (RFC 6761, section 6.3). */
function knownAddresses(host: string): readonly string[] {
  if (isIP(host) !== 0) return [host]
  return host === 'localhost' || host.endsWith('.localhost') ? ['127.0.0.1', '::1'] : []
}
