import type { Answer } from './answer/answer.ts'
import type { HttpContext } from './context.ts'
import { pathOf, type HttpRequest } from './request/http-request.ts'
import { createRouteIndex } from './route-index.ts'
import { noSuchRoute, slashTooMuch, wrongMethod } from './routes/call-service.ts'
import { routes } from './routes/index.ts'
import { refuse } from './submit.ts'

const index = createRouteIndex(routes)

/** For what no route and no service takes: says what is near. */
export function nowhere(ctx: HttpContext, request: HttpRequest): Answer {
  const allow = index.allowed(request.target)
  // A route that takes the method and was not met has a parameter that cannot be one.
  if (allow.length > 0 && !allow.includes(request.method)) return wrongMethod(ctx, request, allow)
  const path = pathOf(request.target)
  const bare = withoutSlashes(path)
  const isNear = bare !== path && index.allowed(bare).length > 0
  return refuse(ctx, request, isNear ? slashTooMuch(request, bare) : noSuchRoute(request))
}

/** By hand: a regular expression would begin anew at each slash of a path of thousands. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}
