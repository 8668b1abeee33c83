import { nowhere } from './nowhere.ts'
import type { Endpoint, Route } from './route.ts'
import { calledByRoute, callService, callServiceScope } from './routes/call-service.ts'
import { refuse } from './submit.ts'

export const endpointOf = (route: Route): Endpoint => ({
  ...route,
  name: `${route.method} ${route.path}`,
})

/** Calls of wrapped APIs, which know their own routes, and what is nowhere; they share one name. */
export const everythingElse: Endpoint = {
  name: 'wrapped',
  scope: callServiceScope,
  called: calledByRoute,
  ticket: 'ignored',
  handle: (ctx, request) => callService(ctx, request) ?? nowhere(ctx, request),
}

/** A path that is no path leads nowhere, whoever asks. */
export const brokenPath: Endpoint = {
  name: everythingElse.name,
  scope: 'public',
  ticket: 'ignored',
  handle: (ctx, request) =>
    refuse(ctx, request, {
      code: 'route-not-found',
      detail: 'The path is not percent-encoded as it should be.',
    }),
}
