import { buildGraph, entryFiles, reachable, type Graph } from './graph.ts'
import { isSource, isTest, isTestCode, type Rule } from './tree.ts'

/** No file needs itself, by whatever way round; types count, as they bind understanding too. */
export const noCycles: Rule = (files) => {
  const graph = buildGraph(files)
  const done = new Set<string>()
  return graph.files.flatMap((file) => cyclesFrom(graph, [file.path], done))
}

/** Follows one trail to its end; what was followed before cannot lead back to it. */
function cyclesFrom(graph: Graph, trail: readonly string[], done: Set<string>): readonly string[] {
  const path = trail.at(-1) ?? ''
  if (done.has(path)) return []
  const cycles = (graph.edges.get(path) ?? []).flatMap(({ to }) => {
    const start = trail.indexOf(to)
    return start === -1
      ? cyclesFrom(graph, [...trail, to], done)
      : [`${to}: imports itself: ${[...trail.slice(start), to].join(' → ')}`]
  })
  done.add(path)
  return cycles
}

/** Every source file is needed by what a package gives out; what only tests need is dead. */
export const noDeadFiles: Rule = (files) => {
  const graph = buildGraph(files)
  const isRoot = (path: string): boolean => !isSource(path) && !isTestCode(path)
  const paths = graph.files.map((file) => file.path)
  const roots = [...entryFiles(files), ...pageScripts(files), ...paths.filter(isRoot)]
  const alive = reachable(graph, roots)
  const tested = reachable(graph, [...roots, ...paths.filter(isTest)])
  return paths
    .filter((path) => isSource(path) && !(isTestCode(path) ? tested : alive).has(path))
    .map((path) => `${path}: nothing that is published needs this file`)
}

/** The scripts that the console's page loads, which the bundler reads from its HTML. */
const pageScripts: Rule = (files) =>
  files
    .filter(({ path }) => /^packages\/[^/]+\/[^/]+\.html$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/<script[^>]+src="\.?(\/[^"]+)"/g)].map(
        ([, script = '']) => path.slice(0, path.lastIndexOf('/')) + script,
      ),
    )
