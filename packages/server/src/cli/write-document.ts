import { writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { ImportedDocument } from '../app/import-document.ts'
import { alreadyThere, isThere } from './already-there.ts'

export interface WritePlace {
  readonly source: string
  readonly cwd: string
  /** Where the configuration stands. */
  readonly folder: string
  /** Whether a file that is there may be lost. */
  readonly isForced: boolean
}

export interface WrittenDocument {
  readonly file: string
  /** As `service({ openapi })` takes it. */
  readonly openapi: string
  /** Whether a copy was written. */
  readonly isNew: boolean
}

/**
 * Keeps a document beside the configuration; one that lies there already stays as it is.
 *
 * @throws CommandError where another file would be lost
 */
export async function writeDocument(
  { name, format, text }: ImportedDocument,
  { source, cwd, folder, isForced }: WritePlace,
): Promise<WrittenDocument> {
  const path = resolve(cwd, source)
  const below = relative(folder, path)
  const isBeside = !/^https?:/i.test(source) && !below.startsWith('..') && !isAbsolute(below)
  if (isBeside) return { file: path, openapi: `./${below.replaceAll(sep, '/')}`, isNew: false }
  const file = join(folder, `${name}.openapi.${format}`)
  await writeFile(file, text, { flag: isForced ? 'w' : 'wx' }).catch((cause: unknown) => {
    throw isThere(cause) ? alreadyThere(file, cause) : cause
  })
  return { file, openapi: `./${name}.openapi.${format}`, isNew: true }
}
