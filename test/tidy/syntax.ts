import { parseSync, Visitor, type VisitorObject } from 'oxc-parser'
import type { SourceFile } from './tree.ts'

type Parsed = ReturnType<typeof parseSync>
type Handlers = VisitorObject

const parsed = new WeakMap<SourceFile, Parsed>()

// Every rule looks at the same files, and parsing is most of the work.
function parse(file: SourceFile): Parsed {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const result = parseSync(file.path, file.text)
  const [error] = result.errors
  if (error !== undefined) throw new SyntaxError(`${file.path}: ${error.message}`)
  parsed.set(file, result)
  return result
}

/** Walks the syntax tree of a file, parents before children. */
export function visit(file: SourceFile, handlers: Handlers): void {
  new Visitor(handlers).visit(parse(file).program)
}

/** The line that an offset lies on, from 1. */
export const lineAt = (file: SourceFile, offset: number): number =>
  file.text.slice(0, offset).split('\n').length

/** Where something stands, as editors and terminals link it. */
export const at = (file: SourceFile, offset: number): string =>
  `${file.path}:${lineAt(file, offset)}`

/** A reference from one module to another, of any kind: types, `import()` and workers count. */
export interface Reference {
  readonly specifier: string
  readonly offset: number
}

export function references(file: SourceFile): readonly Reference[] {
  const found: Reference[] = []
  const add = (node: unknown): void => {
    if (isText(node)) found.push({ specifier: node.value, offset: node.start })
  }
  visit(file, {
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    // Workers and assets: `new URL('./worker.ts', import.meta.url)`.
    NewExpression: (node) => {
      const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL'
      if (isUrl && node.arguments.length === 2) add(node.arguments[0])
    },
  })
  return found
}

const isText = (node: unknown): node is { value: string; start: number } =>
  typeof node === 'object' && node !== null && 'value' in node && typeof node.value === 'string'
