import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** Reads the `.env` of a folder; one that is not there says nothing. */
export async function readDotEnv(
  folder: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile(join(folder, '.env'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  return parseEnv(text)
}
