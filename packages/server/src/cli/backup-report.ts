import type { BackupProgress } from '../app/backup/progress.ts'
import { NewerBackup } from '../app/backup/manifest.ts'
import { CommandError } from './command-error.ts'
import { quoteWord } from './quote-word.ts'
import { showSize } from './show-size.ts'
import type { WorkLine } from './work-line.ts'

/** Tells a person how far a backup or a restore is. */
export const showBackupProgress =
  (line: WorkLine, doing: Readonly<Record<BackupProgress['phase'], string>>) =>
  (progress: BackupProgress): void => {
    const what = doing[progress.phase]
    if (progress.phase === 'check') return line.show(what)
    if (progress.phase === 'copy') {
      const { doneBytes, totalBytes } = progress
      const share = totalBytes === 0 ? null : doneBytes / totalBytes
      return line.show(what, `${showSize(doneBytes)} of ${showSize(totalBytes)}`, share)
    }
    const { done, total } = progress
    line.show(what, `${done} of ${total} files`, total === 0 ? null : done / total)
  }

interface Meaning {
  readonly code: string
  readonly why?: readonly string[]
  readonly fix: string | null
}

/**
 * Says of a fault what it means to who makes or restores a backup.
 *
 * @param folder where the store lies, or is to lie
 */
export function explainBackup(error: unknown, folder: string): unknown {
  if (!(error instanceof Error)) return error
  const meaning = meaningOf(error, folder)
  return meaning === null ? error : new CommandError(error.message, { ...meaning, cause: error })
}

function meaningOf(error: Error, folder: string): Meaning | null {
  if (error instanceof NewerBackup) return newer(error)
  switch (error.name) {
    case 'StoreUnavailable':
      return { code: 'store-unavailable', fix: 'buzzer doctor, or --data with the data folder' }
    case 'StoreLocked':
      return { code: 'store-locked', fix: 'stop that server, or restore into another folder' }
    case 'FolderNotEmpty':
      return {
        code: 'folder-not-empty',
        why: ['A restore never writes over anything.'],
        fix: `mv ${quoteWord(folder)} ${quoteWord(`${folder}.old`)}, or --data with another folder`,
      }
    case 'NoPlace':
      return { code: 'not-a-folder', fix: 'name another folder' }
    case 'NoBackup':
      return { code: 'not-a-backup', fix: 'name the folder that buzzer backup made' }
    case 'BackupFaulty': {
      const findings = 'findings' in error ? (error.findings as readonly string[]) : []
      const fix = 'buzzer backup FOLDER makes another one; to restore, name an earlier one'
      return { code: 'backup-faulty', why: findings.slice(0, 10), fix }
    }
    default:
      return systemMeaning(error)
  }
}

const newer = ({ madeBy }: NewerBackup): Meaning => ({
  code: 'newer-backup',
  why: ['Tables of a newer version mean things that this one does not know.'],
  fix: `restore it with the version that made it: npm install buzzer@${madeBy ?? 'latest'}`,
})

function systemMeaning(error: Error): Meaning | null {
  const code = 'code' in error ? error.code : null
  if (code === 'ENOSPC') return { code: 'disk-full', fix: 'free space, or name another disk' }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return { code: 'not-permitted', fix: 'run it as the user that the server runs as' }
  return null
}
