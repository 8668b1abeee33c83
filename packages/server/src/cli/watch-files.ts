import { watch, type FSWatcher } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface WatchFilesOptions {
  /** Everything below that could be part of a configuration. */
  readonly folder: string
  /** Single files elsewhere. */
  readonly files: readonly string[]
  /** Folders that are left out, besides those of packages and hidden ones. */
  readonly except: readonly string[]
  /** Called with the paths that changed, appeared or went; not again before it is done. */
  onChange(paths: readonly string[]): Promise<void>
}

/** Editors write a file in several steps; this is how long they are given. */
const settleMs = 100
const maxFolders = 500
const relevant = /(?:\.(?:[cm]?[jt]s|json|ya?ml)|\/\.env)$/

/** Watches until it is disposed of. */
export async function watchFiles(options: WatchFilesOptions): Promise<AsyncDisposable> {
  const watchers = new Map<string, FSWatcher>()
  let before = await look(options)
  let timer: NodeJS.Timeout | null = null
  let busy: Promise<void> = Promise.resolve()

  const wake = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      busy = busy.then(compare)
    }, settleMs)
  }
  const watchAll = (folders: readonly string[]): void => {
    for (const folder of folders.filter((each) => !watchers.has(each)))
      watchers.set(folder, watch(folder, { persistent: true }, wake).on('error', wake))
  }
  const compare = async (): Promise<void> => {
    const now = await look(options)
    watchAll(now.folders)
    const changed = differences(before.files, now.files)
    before = now
    if (changed.length > 0) await options.onChange(changed)
  }

  watchAll(before.folders)
  return {
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      await busy
    },
  }
}

interface Look {
  readonly folders: readonly string[]
  /** When each file was changed last, and how long it was. */
  readonly files: ReadonlyMap<string, string>
}

async function look({ folder, files, except }: WatchFilesOptions): Promise<Look> {
  const folders: string[] = []
  const found = [...files]
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    folders.push(next)
    if (folders.length >= maxFolders) break
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name)
      if (entry.isFile() && relevant.test(path)) found.push(path)
      if (entry.isDirectory() && isWatched(entry.name) && !except.includes(path)) waiting.push(path)
    }
  }
  const stamps = await Promise.all(found.map(async (path) => [path, await stampOf(path)] as const))
  return { folders: [...new Set([...folders, ...files.map(dirname)])], files: new Map(stamps) }
}

const isWatched = (name: string): boolean => name !== 'node_modules' && !name.startsWith('.')

async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  return found === null ? '' : `${found.mtimeMs} ${found.size}`
}

function differences(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...now.keys()])
  return [...paths].filter((path) => before.get(path) !== now.get(path))
}
