import { relative, resolve } from 'node:path'
import type { Manifest } from '../app/backup/manifest.ts'
import { restoreBackup } from '../app/backup/restore-backup.ts'
import { explainBackup, showBackupProgress } from './backup-report.ts'
import { addCommonOptions, addExamples, type CommonFlags, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { hintAt } from './follow.ts'
import { quoteWord } from './quote-word.ts'
import { showCount } from './show-count.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'
import { createWorkLine } from './work-line.ts'

interface RestoreFlags extends CommonFlags {
  readonly data: string
}

export const configureRestore: Configure = (command, { terminal, action }) => {
  command
    .argument('<backup>', 'the folder that buzzer backup made')
    .requiredOption('--data <folder>', 'the data folder to fill; it must be empty')
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer restore backups/monday --data data', 'into a folder that is empty or not there'],
  ]).action(action(restore(terminal)))
}

const restore =
  (terminal: Terminal) =>
  async (source: string, flags: RestoreFlags): Promise<number> => {
    const folder = resolve(terminal.cwd, flags.data)
    const manifest = await bringBack(resolve(terminal.cwd, source), folder, terminal)
    if (flags.json === true) {
      writeJson(terminal.stdout, { folder, ...manifest })
      return exitCodes.done
    }
    const place = relative(terminal.cwd, folder) || folder
    for (const line of showRestored(terminal, place, manifest)) writeLine(terminal.stdout, line)
    if (!manifest.secret) hintAt(terminal, withoutKey)
    hintAt(terminal, 'Jobs that had not ended by then run again from where they were.')
    hintAt(terminal, `buzzer start --data ${quoteWord(place)}`)
    return exitCodes.done
  }

const withoutKey =
  'The key is not in it: put secret.key there, or set BUZZER_SECRET. With another key the tokens ' +
  'given out before, and the credentials of services that were defined at run time, are void.'

async function bringBack(source: string, folder: string, terminal: Terminal): Promise<Manifest> {
  using line = createWorkLine(terminal.stderr)
  const onProgress = showBackupProgress(line, {
    blobs: 'copying',
    copy: 'copying',
    hash: 'comparing',
    check: 'checking the store',
  })
  const signal = terminal.interrupt()
  try {
    return await restoreBackup({ source, folder, signal, onProgress })
  } catch (error) {
    throw explainBackup(error, folder)
  }
}

function showRestored(
  { stdout }: Terminal,
  place: string,
  { counts, createdAt, buzzer }: Manifest,
): readonly string[] {
  const jobs = `${showCount(counts.jobs, 'job')}, ${counts.unfinishedJobs} unfinished`
  const held = `${jobs}; ${showCount(counts.events, 'event')}; ${showCount(counts.blobs, 'blob')}`
  return [
    `${paint(stdout, 'green', '✓')} restored into ${place}`,
    `  made      ${createdAt} by Buzzer ${buzzer}`,
    `  holds     ${held}`,
    "  verified  every file's hash, the store's integrity, what is stored, and the counts",
  ]
}
