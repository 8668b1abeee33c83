import type { Problem } from '@buzzer/contract'
import { defaultTenant, type Caller } from '../core/scope.ts'
import type { Authenticator } from '../ports/auth.ts'
import { isJobToken } from './job-token.ts'

/**
 * No authentication: whoever reaches this server may do everything, so it is for this machine
 * only. A page in a browser could reach it too; therefore the `Host` must be a name of ours (no
 * DNS rebinding) and an `Origin` must be our own.
 *
 * @param ownHosts `host:port` in lower case, as clients write them; read at each request, because
 * the port may be known late
 */
export function createNoAuthentication(ownHosts: () => ReadonlySet<string>): Authenticator {
  return {
    authenticate({ host, origin, authorization }) {
      if (host === undefined || !ownHosts().has(host.toLowerCase()))
        return hostNotAllowed(host, ownHosts())
      if (origin !== undefined && !isOwnOrigin(origin, ownHosts())) return originNotAllowed(origin)
      return authorization === undefined ? anyone : bearer(authorization)
    },
    allows: ({ jobToken }, scope) =>
      jobToken === null || scope === 'jobs:read' || scope === 'jobs:cancel',
  }
}

const anyone: Caller = { tenant: defaultTenant, client: null, jobToken: null, ticket: null }

function bearer(authorization: string): Caller {
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1]
  return token !== undefined && isJobToken(token) ? { ...anyone, jobToken: token } : anyone
}

function isOwnOrigin(origin: string, ownHosts: ReadonlySet<string>): boolean {
  const host = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1]
  return host !== undefined && ownHosts.has(host)
}

const hostNotAllowed = (host: string | undefined, ownHosts: ReadonlySet<string>): Problem => ({
  code: 'host-not-allowed',
  detail:
    `Without authentication this server answers only to its own names, not to '${host ?? ''}'. ` +
    `Call it as ${loopbackOf(ownHosts)}, or set \`publicUrl\`.`,
})

/** Those that are right on this machine however it listens, with the port that belongs to them. */
const loopbackOf = (ownHosts: ReadonlySet<string>): string =>
  [...ownHosts]
    .filter((name) => /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(name))
    .toSorted()
    .join(' or ')

const originNotAllowed = (origin: string): Problem => ({
  code: 'host-not-allowed',
  detail:
    `Without authentication pages of other origins are refused, such as '${origin}'. ` +
    'Turn on `auth` to let them in.',
})
