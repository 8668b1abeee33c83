import { isCode, type Rule } from './tree.ts'

const kebab = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*$/
const byKind: ReadonlySet<string> = new Set(['classes', 'interfaces', 'types', 'utils', 'helpers'])

/** The words of a path: its folders, and the file's name up to each dot. */
const segments = (path: string): readonly string[] =>
  path.split('/').flatMap((segment) => segment.replace(/^\./, '').split('.'))

export const namesAreKebabCase: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path) && !segments(path).every((word) => kebab.test(word)))
    .map(({ path }) => `${path}: write its name in kebab-case`)

/** Things lie beside what they are for, never in a drawer for their kind. */
export const noFoldersByKind: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path) && segments(path).some((word) => byKind.has(word)))
    .map(({ path }) => `${path}: name it after what it is about, not after its kind`)
