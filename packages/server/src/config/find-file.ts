import { access, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError } from '../define/errors.ts'

/** In the order in which they are looked for. */
const fileNames = ['buzzer.config.ts', 'buzzer.config.js', 'buzzer.config.mjs']

/**
 * Finds the configuration file.
 *
 * @param asked what `--config` or `BUZZER_CONFIG` says: a file, or a folder that holds one
 * @returns its path, or null where none was asked for and none is there
 * @throws ConfigError where the one that was asked for is not there
 */
export async function findFile(cwd: string, asked: string | undefined): Promise<string | null> {
  if (asked === undefined) return firstIn(cwd)
  const path = resolve(cwd, asked)
  const found = await stat(path).catch(() => null)
  if (found?.isFile() === true) return path
  const inside = found?.isDirectory() === true ? await firstIn(path) : null
  if (inside !== null) return inside
  const what = found === null ? 'There is no such file.' : `It holds no ${fileNames[0]}.`
  throw new ConfigError([{ path, detail: what }], {
    code: 'config-not-found',
    fix: 'write --config and the path of your buzzer.config.ts',
  })
}

async function firstIn(folder: string): Promise<string | null> {
  for (const name of fileNames) {
    const path = join(folder, name)
    if (await isThere(path)) return path
  }
  return null
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
