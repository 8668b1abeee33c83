import { posix } from 'node:path'
import { references, type Reference } from './syntax.ts'
import { isCode, type SourceFile } from './tree.ts'

/** A reference whose target lies in the tree. */
export interface Edge extends Reference {
  readonly from: SourceFile
  readonly to: string
}

export interface Graph {
  readonly files: readonly SourceFile[]
  readonly edges: ReadonlyMap<string, readonly Edge[]>
}

/** Links the code files of a tree by what they import, packages of the workspace included. */
export function buildGraph(files: readonly SourceFile[]): Graph {
  const paths = new Set(files.map((file) => file.path))
  const packages = packageEntries(files)
  const edgesOf = (from: SourceFile): readonly Edge[] =>
    references(from).flatMap((reference) => {
      const { specifier } = reference
      const to = specifier.startsWith('.')
        ? posix.join(posix.dirname(from.path), specifier)
        : packages.get(specifier)
      return to !== undefined && paths.has(to) ? [{ ...reference, from, to }] : []
    })
  const modules = files.filter((file) => isCode(file.path))
  return { files: modules, edges: new Map(modules.map((file) => [file.path, edgesOf(file)])) }
}

/** What each package of the workspace can be imported as, and the file that this leads to. */
function packageEntries(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const { folder, manifest } of manifests(files)) {
    for (const [subpath, target] of Object.entries(asRecord(manifest['exports']))) {
      const [file] = pathsIn(target)
      if (file !== undefined) {
        entries.set(posix.join(String(manifest['name']), subpath), posix.join(folder, file))
      }
    }
  }
  return entries
}

/** The files that each package names to the outside: what it exports and its commands. */
export function entryFiles(files: readonly SourceFile[]): readonly string[] {
  return manifests(files).flatMap(({ folder, manifest }) =>
    [...pathsIn(manifest['exports']), ...pathsIn(manifest['bin'])].map((file) =>
      posix.join(folder, file),
    ),
  )
}

function manifests(files: readonly SourceFile[]) {
  return files
    .filter((file) => posix.basename(file.path) === 'package.json')
    .map((file) => ({
      folder: posix.dirname(file.path),
      manifest: asRecord(JSON.parse(file.text)),
    }))
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** The paths in a tree of conditions, as `exports` may hold. */
const pathsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Object.values(asRecord(value)).flatMap(pathsIn)

/** Everything that can be got to from some files, they themselves included. */
export function reachable(graph: Graph, roots: readonly string[]): ReadonlySet<string> {
  const seen = new Set(roots)
  const waiting = [...roots]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { to } of graph.edges.get(path) ?? []) {
      if (!seen.has(to)) waiting.push(to)
      seen.add(to)
    }
  }
  return seen
}
