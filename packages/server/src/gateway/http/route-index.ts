import { pathOf } from './request/http-request.ts'
import { methodsTaken, type Route } from './route.ts'

/** Which methods one of our own paths takes; asked only where a request met no route. */
export interface RouteIndex {
  allowed(target: string): readonly string[]
}

export function createRouteIndex(routes: readonly Route[]): RouteIndex {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
  }))
  return {
    allowed(target) {
      const path = pathOf(target)
      const methods = patterns.filter(({ pattern }) => pattern.test(path))
      return [...new Set(methods.flatMap(({ method }) => methodsTaken(method)))]
    },
  }
}
