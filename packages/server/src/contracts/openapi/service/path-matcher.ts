import {
  bindSegments,
  canonicalSegment,
  compareSegments,
  matchSegment,
  outlineOf,
  readTemplate,
  type Segment,
} from './path-template.ts'

/** A route: a method in upper case, and a path template. */
export interface Route {
  readonly method: string
  readonly path: string
}

export type PathMatch<R extends Route> =
  | {
      readonly kind: 'matched'
      readonly route: R
      readonly parameters: ReadonlyMap<string, string>
    }
  /** The path is known, the method is not. */
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

type Parameters = Segment & { kind: 'parameters' }

interface Branch<R extends Route> {
  readonly texts: Map<string, Branch<R>>
  /** Those with the most text first. */
  readonly templates: { readonly segment: Parameters; readonly branch: Branch<R> }[]
  /** What ends here, by method; of two with the same method the first counts. */
  readonly routes: Map<string, R>
}

export interface PathMatcher<R extends Route> {
  /** @param path as received, without the query; segments keep their percent-encoding */
  match(method: string, path: string): PathMatch<R>
}

/**
 * Matches paths as OpenAPI says: case and trailing slashes count, and concrete segments come before
 * templated ones. Where the best path does not know the method, the next one that does is taken.
 */
export function createPathMatcher<R extends Route>(routes: readonly R[]): PathMatcher<R> {
  const root = createBranch<R>()
  for (const route of routes) plant(root, route)

  return {
    match(method, path) {
      const segments = path.split('/').slice(1)
      const allow = new Set<string>()
      const route = search(root, segments, 0, method, allow)
      if (route !== null)
        return {
          kind: 'matched',
          route,
          parameters: bindSegments(readTemplate(route.path), segments),
        }
      return allow.size === 0 ? { kind: 'none' } : { kind: 'wrong-method', allow: [...allow] }
    },
  }
}

const createBranch = <R extends Route>(): Branch<R> => ({
  texts: new Map(),
  templates: [],
  routes: new Map(),
})

function plant<R extends Route>(root: Branch<R>, route: R): void {
  let branch = root
  for (const segment of readTemplate(route.path)) branch = grow(branch, segment)
  if (!branch.routes.has(route.method)) branch.routes.set(route.method, route)
}

function grow<R extends Route>(branch: Branch<R>, segment: Segment): Branch<R> {
  if (segment.kind === 'text') {
    const next = branch.texts.get(segment.text) ?? createBranch<R>()
    branch.texts.set(segment.text, next)
    return next
  }
  const outline = outlineOf(segment)
  const known = branch.templates.find((one) => outlineOf(one.segment) === outline)
  if (known !== undefined) return known.branch
  const next = createBranch<R>()
  branch.templates.push({ segment, branch: next })
  branch.templates.sort((one, other) => compareSegments(one.segment, other.segment))
  return next
}

/** Walks the branches that match; each is seen once, so that time is bounded by their number. */
function search<R extends Route>(
  branch: Branch<R>,
  segments: readonly string[],
  depth: number,
  method: string,
  allow: Set<string>,
): R | null {
  const received = segments[depth]
  if (received === undefined) {
    for (const known of branch.routes.keys()) allow.add(known)
    return branch.routes.get(method) ?? null
  }
  const concrete = branch.texts.get(received) ?? branch.texts.get(canonicalSegment(received))
  const found = concrete && search(concrete, segments, depth + 1, method, allow)
  if (found) return found
  for (const { segment, branch: next } of branch.templates) {
    if (matchSegment(segment, received) === null) continue
    const below = search(next, segments, depth + 1, method, allow)
    if (below !== null) return below
  }
  return null
}
