/**
 * Which operations are meant: by path where it begins with a slash, with `*` for anything, else by
 * operationId or tag.
 */
export type Selector =
  | string
  | { readonly operationId?: string; readonly tag?: string; readonly path?: string }

/** What selectors look at. */
export interface Selectable {
  readonly operationId: string | null
  readonly tags: readonly string[]
  readonly path: string
}

export interface Selections {
  /** Nothing for all. */
  readonly include?: readonly Selector[]
  readonly exclude?: readonly Selector[]
}

export function createSelection({
  include,
  exclude,
}: Selections): (operation: Selectable) => boolean {
  const included = (include ?? []).map(createTest)
  const excluded = (exclude ?? []).map(createTest)
  return (operation) =>
    (include === undefined || included.some((test) => test(operation))) &&
    !excluded.some((test) => test(operation))
}

/** Tells of selectors that fit nothing: with a slip in `exclude` more can be called than is meant. */
export function unusedSelectors(
  { include, exclude }: Selections,
  operations: readonly Selectable[],
): readonly string[] {
  const unused = (option: string, selectors: readonly Selector[] = []) =>
    selectors
      .filter((selector) => !operations.some(createTest(selector)))
      .map((selector) => `${option}: ${JSON.stringify(selector)} fits none of its operations`)
  return [...unused('include', include), ...unused('exclude', exclude)]
}

type Test = (operation: Selectable) => boolean

function createTest(selector: Selector): Test {
  if (typeof selector === 'string') {
    if (selector.startsWith('/')) return ({ path }) => matches(selector, path)
    return ({ operationId, tags }) => operationId === selector || tags.includes(selector)
  }
  const { operationId, tag, path } = selector
  return (operation) =>
    (operationId === undefined || operation.operationId === operationId) &&
    (tag === undefined || operation.tags.includes(tag)) &&
    (path === undefined || matches(path, operation.path))
}

/** Compares a path with a pattern in which each star stands for anything. */
function matches(pattern: string, path: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return path === pattern
  if (!path.startsWith(first)) return false
  let start = first.length
  for (const part of others) {
    const found = path.indexOf(part, start)
    if (found === -1) return false
    start = found + part.length
  }
  return path.length - last.length >= start && path.endsWith(last)
}
