import { CommandError } from './command-error.ts'

export const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'

/** For a file that would be lost. */
export const alreadyThere = (file: string, cause: unknown): CommandError =>
  new CommandError(`${file} is there already.`, {
    code: 'file-exists',
    fix: 'add --force to write over it, or --name for another name',
    cause,
  })
