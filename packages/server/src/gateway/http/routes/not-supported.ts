import type { Scope } from '../../../core/scope.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Parts of the protocol that are not built yet say so, and are never taken for something else. */
const planned: readonly (readonly [Route['method'], string, Scope | 'public'])[] = [
  ['POST', '/v1/jobs/:id/input', 'jobs:submit'],
  ['GET', '/v1/audit', 'audit:read'],
  ['POST', '/v1/leases', 'jobs:work'],
  ['POST', '/v1/leases/:id/heartbeat', 'jobs:work'],
  ['POST', '/v1/leases/:id/output', 'jobs:work'],
  ['POST', '/v1/leases/:id/complete', 'jobs:work'],
  ['POST', '/v1/leases/:id/fail', 'jobs:work'],
  ['POST', '/oauth/token', 'public'],
  ['GET', '/oauth/authorize', 'public'],
  ['POST', '/oauth/introspect', 'public'],
  ['POST', '/oauth/revoke', 'public'],
  ['GET', '/oauth/jwks', 'public'],
  ['GET', '/graphql', 'public'],
  ['POST', '/graphql', 'public'],
  ['GET', '/console', 'public'],
]

export const notSupported: readonly Route[] = planned.map(([method, path, scope]) => ({
  method,
  path,
  scope,
  handle: (ctx, request) =>
    refuse(ctx, request, {
      code: 'not-supported',
      detail: `${method} ${path} is not supported by this version. See /openapi.json for what is.`,
    }),
}))
