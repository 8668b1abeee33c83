import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreCounts } from '../../ports/store-files.ts'
import { blobFolder } from '../../store/sqlite/blobs/place.ts'
import { sqliteFiles } from '../../store/sqlite/files.ts'
import type { Manifest } from './manifest.ts'

/**
 * Looks at a copy of a store as a whole: the file's integrity, what is stored in it, its counts,
 * and that every blob that it names is there with its size.
 *
 * @returns what is wrong; nothing, as a rule
 */
export function findFaults(folder: string, { counts }: Manifest): readonly string[] {
  const broken = sqliteFiles.audit(folder)
  if (broken.length > 0) return broken
  const look = sqliteFiles.look(folder)
  return [
    ...(Object.keys(look.counts) as (keyof StoreCounts)[])
      .filter((name) => look.counts[name] !== counts[name])
      .map((name) => `${name}: ${look.counts[name]} instead of ${counts[name]}`),
    ...look.blobs.flatMap(({ path, bytes }) => {
      const found = statSync(join(folder, blobFolder, path), { throwIfNoEntry: false })?.size
      if (found === bytes) return []
      return [`blob ${path}: ${found === undefined ? 'missing' : `${found} of ${bytes} bytes`}`]
    }),
  ]
}
