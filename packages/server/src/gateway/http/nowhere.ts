import type { Problem } from '@buzzer/contract'
import type { Answer } from './answer/answer.ts'
import type { HttpContext } from './context.ts'
import { pathOf, type HttpRequest } from './request/http-request.ts'
import { createRouteIndex } from './route-index.ts'
import { dividedName, noSuchRoute, slashTooMuch, wrongMethod } from './routes/call-service.ts'
import { routes } from './routes/index.ts'
import { refuse } from './submit.ts'

const index = createRouteIndex(routes)

/** For what no route and no service takes: says what is near. */
export function nowhere(ctx: HttpContext, request: HttpRequest): Answer {
  const allow = index.allowed(request.target)
  // A route that takes the method and was not met has a parameter that cannot be one.
  if (allow.length > 0 && !allow.includes(request.method)) return wrongMethod(ctx, request, allow)
  return refuse(ctx, request, nearProblem(request) ?? noSuchRoute(request))
}

/** What was probably meant; null where nothing is near. */
function nearProblem(request: HttpRequest): Problem | null {
  const path = pathOf(request.target)
  const bare = withoutSlashes(path)
  if (bare !== path && isRoute(bare)) return slashTooMuch(request, bare)
  const dotted = withDots(bare)
  return dotted === null ? null : dividedName(request, dotted)
}

const isRoute = (path: string): boolean => index.allowed(path).length > 0

const channels = '/v1/channels/'
const longestName = 255

/** A channel's name may have slashes, but in a path they divide the path and not the name. */
function withDots(path: string): string | null {
  if (!path.startsWith(channels) || path.length > 2 * longestName) return null
  const segments = path.slice(channels.length).split('/')
  const [name, last] = [segments.slice(0, -1).join('.'), segments.at(-1) ?? '']
  if (segments.length < 2 || segments.includes('')) return null
  const inside = `${channels}${name}/${last}`
  return isRoute(inside) ? inside : `${channels}${name}.${last}`
}

/** By hand: a regular expression would begin anew at each slash of a path of thousands. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}
