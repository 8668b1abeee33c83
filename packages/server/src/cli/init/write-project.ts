import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../app/make-folder.ts'
import { CommandError } from '../command-error.ts'

/** As the user's umask narrows it. */
const projectMode = 0o777

/**
 * Writes a project, all of it or nothing.
 *
 * @throws CommandError naming every file that would be lost
 */
export async function writeProject(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const paths = Object.keys(files)
  const taken = await Promise.all(paths.map((path) => isThere(join(folder, path))))
  const lost = paths.filter((_, index) => taken[index])
  if (lost.length > 0) throw wouldBeLost(folder, lost)
  const written: string[] = []
  let made: string | null = null
  try {
    made = await makeFolder(folder, projectMode)
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path)
      // Nothing is written over, even if it came since we looked.
      await writeFile(file, text, { flag: 'wx' })
      written.push(file)
    }
  } catch (cause) {
    await Promise.all(written.map((file) => rm(file, { force: true })))
    if (made !== null) await rm(made, { recursive: true, force: true })
    throw cannotWrite(folder, cause)
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const wouldBeLost = (folder: string, files: readonly string[]): CommandError =>
  new CommandError(
    `${files.length === 1 ? 'A file is' : `${files.length} files are`} there already.`,
    {
      code: 'file-exists',
      why: files.map((file) => join(folder, file)),
      fix: 'buzzer init FOLDER, with a folder that is not there yet',
    },
  )

const cannotWrite = (folder: string, cause: unknown): CommandError =>
  new CommandError(`${folder} cannot be written: nothing was made.`, {
    code: 'not-written',
    why: [cause instanceof Error ? cause.message : String(cause)],
    fix: 'buzzer init FOLDER, with another folder',
    cause,
  })
