import { buildGraph, type Edge } from './graph.ts'
import { at } from './syntax.ts'
import { isSource, isTest, isTestCode, type Rule } from './tree.ts'

const adapter = ['ports', 'core', 'contract']

/**
 * Who may import whom. A place is a package, or what stands directly in the server's `src`: a
 * folder, or a file such as `app.ts`. Everything may import its own place.
 */
const mayImport: Readonly<Record<string, readonly string[] | 'all'>> = {
  contract: [],
  client: ['contract'],
  console: ['client'],
  core: ['contract'],
  ports: ['core', 'contract'],
  engine: ['ports', 'core', 'contract'],
  gateway: ['engine', 'ports', 'core', 'contract'],
  store: adapter,
  bus: adapter,
  channel: adapter,
  runner: adapter,
  outbound: adapter,
  auth: adapter,
  contracts: adapter,
  telemetry: adapter,
  timetable: adapter,
  define: ['core', 'contract'],
  config: ['define', 'core', 'contract'],
  app: 'all',
  main: ['app', 'config', 'contract', 'client'],
  cli: ['main', 'app', 'config', 'contract', 'client'],
  index: ['app', 'config', 'define', 'core', 'contract'],
}

/** Places whose folders are alternatives to each other, so that one must not need another. */
const alternatives: ReadonlySet<string> = new Set(['store', 'bus', 'channel', 'runner'])

/** The packages that the tests of a package may import, besides all of their own. */
const packagesForTests: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  client: ['contract'],
  console: ['client'],
  server: ['contract', 'client'],
}

const packageOf = (path: string): string => path.split('/')[1] ?? ''

function placeOf(path: string): string {
  const [, name = '', , first = ''] = path.split('/')
  return name === 'server' ? first.replace(/(?:\.test)?\.tsx?$/, '') : name
}

/** The folder of an alternative, such as `sqlite`; files beside these folders are for all. */
function alternativeOf(path: string): string | null {
  const [, , , place = '', folder = '', file] = path.split('/')
  return alternatives.has(place) && file !== undefined ? folder : null
}

/** Imports within the `src` of every package keep to the table. */
export const importsKeepToTheTable: Rule = (files) => {
  const { edges } = buildGraph(files)
  return [...edges.values()]
    .flat()
    .filter((edge) => isSource(edge.from.path))
    .flatMap((edge) => {
      const problem = wrongWith(edge)
      return problem === null ? [] : [`${at(edge.from, edge.offset)}: ${problem}`]
    })
}

function wrongWith({ from, to, specifier }: Edge): string | null {
  // Real servers and the like are set up in `test/`, for the tests of all packages.
  if (isTest(from.path) && to.startsWith('test/')) return null
  if (specifier.startsWith('.') && packageOf(from.path) !== packageOf(to)) {
    return `imports ${to} by its path; packages import each other by name`
  }
  if (isTestCode(to) && !isTestCode(from.path)) return `imports ${to}, which is for tests`
  return isTestCode(from.path) && !from.path.includes('/conformance/')
    ? wrongInTest(from.path, to)
    : wrongInSource(from.path, to)
}

function wrongInTest(from: string, to: string): string | null {
  const own = packageOf(from)
  const other = packageOf(to)
  if (own === other || packagesForTests[own]?.includes(other) === true) return null
  return `a test of ${own} imports the package ${other}`
}

function wrongInSource(from: string, to: string): string | null {
  const place = placeOf(from)
  const target = placeOf(to)
  if (place === target) return wrongAmongAlternatives(from, to)
  const allowed = mayImport[place] ?? []
  return allowed === 'all' || allowed.includes(target)
    ? null
    : `${place} must not import ${target} (${to})`
}

function wrongAmongAlternatives(from: string, to: string): string | null {
  const own = alternativeOf(from)
  const other = alternativeOf(to)
  if (own === null || other === null || own === other) return null
  return `${placeOf(from)}/${own} must not import its sibling ${other}`
}

/** Everything directly in the `src` of the server has its place in the table. */
export const everythingHasItsPlace: Rule = (files) =>
  files
    .filter(({ path }) => isSource(path) && !Object.hasOwn(mayImport, placeOf(path)))
    .map(({ path }) => `${path}: ${placeOf(path)} has no place in the import table`)
