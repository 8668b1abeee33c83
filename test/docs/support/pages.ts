import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')

/** A document of the project. */
export interface Page {
  /** From the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

const foreign = new Set(['node_modules', '.git', 'dist', 'coverage', 'data', 'results', '.tmp'])

/** Every Markdown file of the project. */
export function readPages(): readonly Page[] {
  return markdownBelow('')
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function markdownBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (foreign.has(entry.name)) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return markdownBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** A fenced block: what stands behind the fence, and what is in it. */
export interface Block {
  readonly language: string
  /** The words behind the language, such as `run` or `file=buzzer.config.ts`. */
  readonly words: readonly string[]
  readonly text: string
  /** Where its text begins, from 1. */
  readonly line: number
}

export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^```(\S*)(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = '', rest = '', body = ''] = match
    const line = text.slice(0, match.index).split('\n').length + 1
    return { language, words: rest.trim().split(/\s+/), text: body, line }
  })
}

/** The file that a block is, where it says so by `file=NAME`. */
export const fileOf = ({ words }: Block): string | null =>
  words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? null
