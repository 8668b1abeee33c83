import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Manifest } from '../app/backup/manifest.ts'
import { liesIn, refuseFile } from '../app/backup/place.ts'
import { takeBackup } from '../app/backup/take-backup.ts'
import { loadConfig } from '../config/load.ts'
import { explainBackup, showBackupProgress } from './backup-report.ts'
import { addCommonOptions, addExamples, type CommonFlags, type Configure } from './command.ts'
import { CommandError, exitCodes } from './command-error.ts'
import { hintAt } from './follow.ts'
import { quoteWord } from './quote-word.ts'
import { showCount } from './show-count.ts'
import { showSize } from './show-size.ts'
import { showSpan } from './show-time.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'
import { createWorkLine } from './work-line.ts'

interface BackupFlags extends CommonFlags {
  readonly config?: string
  readonly data?: string
  readonly withoutSecret?: true
}

export const configureBackup: Configure = (command, { terminal, action }) => {
  command
    .argument('<folder>', 'the folder to make; it must not be there, or be empty')
    .option('--data <folder>', 'the data folder (default: as the configuration says)')
    .option('--config <file>', 'the configuration (default: buzzer.config.ts here)')
    .option(
      '--without-secret',
      'leave out the key that signs tokens of jobs and seals credentials of services',
    )
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer backup backups/monday', 'while the server runs, on the same machine'],
    ['buzzer backup backups/monday --data /var/lib/buzzer', 'without a configuration'],
    ['buzzer restore backups/monday --data data', 'brings it back'],
  ]).action(action(backup(terminal)))
}

const backup =
  (terminal: Terminal) =>
  async (folder: string, flags: BackupFlags): Promise<number> => {
    const target = resolve(terminal.cwd, folder)
    await refuseTaken(target)
    const places = await findPlaces(flags, terminal)
    await refuseWithin(places, target)
    const startedAt = performance.now()
    const manifest = await take(target, places, flags, terminal)
    const tookMs = Math.round(performance.now() - startedAt)
    if (flags.json === true) {
      writeJson(terminal.stdout, { folder: target, tookMs, ...manifest })
      return exitCodes.done
    }
    for (const line of showBackup(terminal, target, manifest, tookMs))
      writeLine(terminal.stdout, line)
    tellNext(terminal, target, manifest)
    return exitCodes.done
  }

interface Places {
  readonly storeFolder: string
  readonly dataFolder: string
}

async function findPlaces(
  { data, config: file }: BackupFlags,
  terminal: Terminal,
): Promise<Places> {
  if (data !== undefined) {
    const folder = resolve(terminal.cwd, data)
    return { storeFolder: folder, dataFolder: folder }
  }
  const { config } = await loadConfig({ cwd: terminal.cwd, file, env: terminal.env })
  return { storeFolder: config.store.folder, dataFolder: config.dataFolder }
}

async function refuseTaken(target: string): Promise<void> {
  await refuseFile(dirname(target)).catch((error: unknown) => {
    throw explainBackup(error, target)
  })
  const there = await readdir(target).catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : null,
  )
  if (there?.length === 0) return
  throw new CommandError(`${target} is there already.`, {
    code: 'folder-exists',
    why: ['A backup never writes over anything.'],
    fix: `buzzer backup ${quoteWord(`${target}-${new Date().toISOString().slice(0, 10)}`)}`,
  })
}

/** It would be lost with what it is to be there for, and stand in the way of the server's files. */
async function refuseWithin({ dataFolder, storeFolder }: Places, target: string): Promise<void> {
  for (const folder of new Set([dataFolder, storeFolder])) {
    if (!(await liesIn(folder, target))) continue
    throw new CommandError(`${target} lies in the data folder ${folder}.`, {
      code: 'inside-data',
      why: ['A backup there is lost with the data.'],
      fix: `buzzer backup ${quoteWord(join(`${folder}-backups`, basename(target)))}`,
    })
  }
}

async function take(
  target: string,
  places: Places,
  { withoutSecret }: BackupFlags,
  terminal: Terminal,
): Promise<Manifest> {
  using line = createWorkLine(terminal.stderr)
  const onProgress = showBackupProgress(line, {
    blobs: 'linking',
    copy: 'copying',
    hash: 'hashing',
    check: 'checking the copy',
  })
  const signal = terminal.interrupt()
  const withSecret = withoutSecret !== true
  try {
    return await takeBackup({ ...places, target, withSecret, signal, onProgress })
  } catch (error) {
    throw explainBackup(error, places.storeFolder)
  }
}

function showBackup(
  { stdout, cwd }: Terminal,
  target: string,
  { counts, files }: Manifest,
  tookMs: number,
): readonly string[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const tick = paint(stdout, 'green', '✓')
  const jobs = `${showCount(counts.jobs, 'job')}, ${counts.unfinishedJobs} unfinished`
  const held = `${jobs}; ${showCount(counts.events, 'event')}; ${showCount(counts.blobs, 'blob')}`
  return [
    `${tick} ${showCount(files.length, 'file')}, ${showSize(bytes)} in ${showSpan(tookMs)}: ${relative(cwd, target) || target}`,
    `  holds     ${held}`,
    "  verified  the file's integrity, what is stored, the counts, and every blob",
  ]
}

function tellNext(terminal: Terminal, target: string, { secret }: Manifest): void {
  const warning = secret
    ? 'secret.key is in it: whoever has it can make tokens and read the credentials of services. ' +
      'Keep the folder private (it is 0700).'
    : 'The key is not in it: tokens given out before, and the credentials of services that were ' +
      'defined at run time, need the same key (BUZZER_SECRET, secret.key).'
  hintAt(terminal, warning)
  const place = quoteWord(relative(terminal.cwd, target) || target)
  hintAt(terminal, `buzzer restore ${place} --data FOLDER`)
}
