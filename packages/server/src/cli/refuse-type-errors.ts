import { usageError } from './command-error.ts'

/** The client throws a TypeError for an option that cannot be sent: the caller's to mend. */
export async function refusingTypeErrors<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    throw error instanceof TypeError ? usageError(`${error.message}.`) : error
  }
}
