import createFindMyWay, { type HTTPMethod } from 'find-my-way'
import { brokenPath, endpointOf, everythingElse } from './endpoint.ts'
import { pathOf } from './request/http-request.ts'
import { methodsTaken, type Endpoint, type Route } from './route.ts'

/** What a request met by its method and path. */
export interface Met {
  readonly endpoint: Endpoint
  readonly params: Readonly<Record<string, string>>
}

export interface Router {
  find(method: string, target: string): Met
}

const maxParamLength = 1_024
const nothing = {}
const elsewhere: Met = { endpoint: everythingElse, params: nothing }

/** Finds our own routes; whatever is none of them may be a wrapped API's. */
export function createRouter(routes: readonly Route[]): Router {
  const router = createFindMyWay({
    maxParamLength,
    // Routes read the query themselves, and most need none.
    querystringParser: () => nothing,
    onBadUrl: unused,
  })
  for (const route of routes) {
    const { method, path } = route
    router.on(methodsTaken(method), path, unused, endpointOf(route))
  }
  return {
    find(method, target) {
      const found = router.find(method as HTTPMethod, target)
      if (found === null) return elsewhere
      const endpoint = (found.store as Endpoint | null) ?? brokenPath
      if (endsInSlash(target) && Object.keys(found.params).length > 0) return elsewhere
      return { endpoint, params: found.params as Met['params'] }
    },
  }
}

/** What is found is called by the server, not by the router. */
const unused = (): void => {}

/** None of our own routes ends so but the first; the name at its end is not there. */
const endsInSlash = (target: string): boolean => target !== '/' && pathOf(target).endsWith('/')
