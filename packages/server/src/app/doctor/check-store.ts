import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreLook } from '../../ports/store-files.ts'
import { findUnfinishedRestore } from '../backup/unfinished.ts'
import { sqliteFiles } from '../../store/sqlite/files.ts'
import { bad, good, reasonOf, warning, type Finding } from './finding.ts'

/** Reading every page of a larger one would keep its server busy for too long. */
const checkedBytes = 1_073_741_824
/** Clocks of machines that are kept in time differ by less. */
const clockToleranceMs = 5_000

/** Looks at the store without its lock, so that a server may go on working on it. */
export function checkStore(folder: string, now: number): readonly Finding[] {
  const path = join(folder, sqliteFiles.fileName)
  if (findUnfinishedRestore(folder) !== null)
    return [bad('store', 'a restore into it did not end', restoreAgain(folder))]
  if (!existsSync(path)) return [good('store', 'none yet; the first start makes it')]
  try {
    const look = sqliteFiles.look(folder)
    return [checkFile(folder, statSync(path).size, look), checkClock(look, now)]
  } catch (error) {
    const fix = `keep ${folder}, and buzzer restore the last good backup into another folder`
    return [bad('store', reasonOf(error), fix)]
  }
}

const restoreAgain = (folder: string): string => `buzzer restore BACKUP --data ${folder}`

/** Whether a server works on the data there. */
export const isInUse = (folder: string): boolean => sqliteFiles.isHeld(folder)

function checkFile(folder: string, bytes: number, { schema, counts, engine }: StoreLook): Finding {
  if (schema > sqliteFiles.schema) {
    const found = `schema ${schema}, which a newer Buzzer wrote; this one knows ${sqliteFiles.schema}`
    return bad('store', found, 'npm install buzzer@latest')
  }
  const isLarge = bytes > checkedBytes
  const broken = isLarge ? [] : sqliteFiles.check(folder)
  if (broken.length > 0) {
    const fix = `stop the server, keep ${folder}, and buzzer restore the last good backup elsewhere`
    return bad('store', `damaged: ${broken.slice(0, 3).join('; ')}`, fix)
  }
  const jobs = counts.jobs === 1 ? '1 job' : `${counts.jobs.toLocaleString('en-US')} jobs`
  const use = isInUse(folder) ? 'in use' : 'not in use'
  const rest = `schema ${schema}, ${jobs} (${counts.unfinishedJobs} unfinished), ${use}; SQLite ${engine}`
  return isLarge
    ? warning(
        'store',
        `too large to read through here, ${rest}`,
        'buzzer backup checks a copy of it',
      )
    : good('store', `sound, ${rest}`)
}

/** A clock that goes backwards makes leases and delays last longer than they should. */
function checkClock({ newestJobAt }: StoreLook, now: number): Finding {
  if (newestJobAt === null || newestJobAt - now <= clockToleranceMs)
    return good('clock', `${new Date(now).toISOString()}, not before the newest job`)
  const found = `it stands at ${new Date(now).toISOString()}, before the newest job of ${new Date(newestJobAt).toISOString()}`
  return bad('clock', found, 'timedatectl set-ntp true')
}
