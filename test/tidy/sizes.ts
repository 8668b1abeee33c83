import { lineAt, visit } from './syntax.ts'
import { isCode, isTestCode, type Rule, type SourceFile } from './tree.ts'

const fileLimit = 500
const fileAim = 300
const functionAim = 40
const share = 0.9

interface Size {
  readonly where: string
  readonly lines: number
}

/** A file that is longer than this is two files. */
export const noFileIsHuge: Rule = (files) =>
  fileSizes(files)
    .filter(({ lines }) => lines > fileLimit)
    .map(({ where, lines }) => `${where}: ${lines} lines, of ${fileLimit} at most`)

export const mostFilesAreSmall: Rule = (files) => tooMany(fileSizes(files), fileAim, 'files')

/** Tests are left out: a suite is one long function by its nature. */
export const mostFunctionsAreSmall: Rule = (files) =>
  tooMany(
    files.filter(({ path }) => isCode(path) && !isTestCode(path)).flatMap(functionSizes),
    functionAim,
    'functions',
  )

const fileSizes = (files: readonly SourceFile[]): readonly Size[] =>
  files
    .filter(({ path }) => isCode(path))
    .map(({ path, text }) => ({ where: path, lines: text.trimEnd().split('\n').length }))

/** Functions with a body of statements; an arrow that is one expression is no function to read. */
function functionSizes(file: SourceFile): readonly Size[] {
  const sizes: Size[] = []
  const measure = (node: Spanning): void => {
    if (node.body?.type !== 'BlockStatement') return
    const first = lineAt(file, node.start)
    sizes.push({ where: `${file.path}:${first}`, lines: lineAt(file, node.end) - first + 1 })
  }
  visit(file, {
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  })
  return sizes
}

interface Spanning {
  readonly start: number
  readonly end: number
  readonly body: { readonly type: string } | null
}

function tooMany(sizes: readonly Size[], aim: number, what: string): readonly string[] {
  const large = sizes.filter(({ lines }) => lines >= aim).toSorted((a, b) => b.lines - a.lines)
  const allowed = Math.floor(sizes.length * (1 - share) + 1e-9)
  if (large.length <= allowed) return []
  const list = large.map(({ where, lines }) => `  ${where} (${lines})`)
  const sum = `${large.length} of ${sizes.length} ${what} have ${aim} lines or more`
  return [[`${sum}; ${allowed} may:`, ...list].join('\n')]
}
