import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One text file of the project, by its path from the root with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Looks at a tree and says what is wrong with it, one sentence each, beginning with the path. */
export type Rule = (files: readonly SourceFile[]) => readonly string[]

// What is made or fetched, and so is not ours to keep tidy.
const foreign = new Set(['node_modules', '.git', 'dist', 'coverage', 'data', '.tmp'])
const readable = /\.(?:ts|tsx|js|mjs|css|html|sql|json|md|ya?ml|graphql|proto)$/
const code = /\.(?:ts|tsx|js|mjs)$/

/** Reads every text file below a folder, in the order of their paths. */
export function readTree(root: string): readonly SourceFile[] {
  return listFiles(root, '')
    .filter((path) => readable.test(path) && !path.endsWith('package-lock.json'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function listFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !foreign.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return listFiles(root, path)
      return entry.isFile() ? [path] : []
    })
}

export const isCode = (path: string): boolean => code.test(path)

/** Code that is published: what lies in the `src` of a package. */
export const isSource = (path: string): boolean => /^packages\/[^/]+\/src\//.test(path)

export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)

/** Tests, the suites that they share and what they are set up with. */
export const isTestCode = (path: string): boolean =>
  isTest(path) || /(?:^test|\/conformance|\/testing)\//.test(path)
