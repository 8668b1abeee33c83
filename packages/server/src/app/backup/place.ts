import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { isCode } from './put-file.ts'

/** There can be no folder at a place that somebody named. */
class NoPlace extends Error {
  override readonly name = 'NoPlace'
}

/** @throws {NoPlace} where it, or what it would lie in, is a file */
export async function refuseFile(path: string): Promise<void> {
  const found = await nearest(path)
  if (!(await stat(found)).isDirectory())
    throw new NoPlace(
      found === path
        ? `${found} is a file, not a folder.`
        : `${found} is a file, so that there can be no folder ${path}.`,
    )
}

/** What the system says of these is told with what to do about them. */
const known = ['ENOSPC', 'EACCES', 'EPERM', 'EROFS']

/** @throws {NoPlace} where the system cannot make it for what its path says */
export async function makePlace(path: string): Promise<void> {
  await makeFolder(path).catch((cause: unknown) => {
    if (known.some((code) => isCode(cause, code))) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NoPlace(`There can be no folder in ${dirname(path)}: ${reason}`, { cause })
  })
}

/** Whether a path is a folder, or would lie in it, also by way of links. */
export async function liesIn(folder: string, path: string): Promise<boolean> {
  const way = relative(await resolved(folder), await resolved(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Without links, as far as it is there. */
async function resolved(path: string): Promise<string> {
  const parent = dirname(path)
  const real = await realpath(path).catch(() => null)
  return real ?? (parent === path ? path : join(await resolved(parent), basename(path)))
}

/** The nearest that is there: itself, or what it would lie in. */
async function nearest(path: string): Promise<string> {
  const parent = dirname(path)
  const isThere = (await stat(path).catch(() => null)) !== null
  return isThere || parent === path ? path : nearest(parent)
}
