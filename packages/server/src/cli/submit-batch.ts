import type { Callback } from '@buzzer/client'
import { exitCodes } from './command-error.ts'
import type { AnyClient } from './connect.ts'
import { hintAt } from './follow.ts'
import { waitForBatch } from './follow-batch.ts'
import { readBatchFile, type EntryDefaults } from './read-batch.ts'
import { refusingTypeErrors } from './refuse-type-errors.ts'
import { showBatch } from './show-batch.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

export interface BatchCommand {
  readonly source: string
  readonly operation: string | undefined
  readonly defaults: EntryDefaults
  readonly idempotencyKey: string | undefined
  readonly callback: Callback | undefined
  readonly wait: boolean
  readonly isJson: boolean
}

/** Submits the jobs of a file together, and waits for them if asked to. @returns the exit code */
export async function submitBatchFile(
  client: AnyClient,
  { source, operation, defaults, idempotencyKey, callback, wait, isJson }: BatchCommand,
  terminal: Terminal,
): Promise<number> {
  const entries = await readBatchFile(source, operation, defaults, terminal)
  const handle = await refusingTypeErrors(() => client.batch(entries, { idempotencyKey, callback }))
  if (wait) return waitForBatch(handle, isJson, terminal)
  const batch = handle.batch ?? (await handle.status())
  if (isJson) {
    writeJson(terminal.stdout, handle.token === null ? batch : { ...batch, token: handle.token })
    return exitCodes.done
  }
  writeLine(terminal.stdout, showBatch(terminal.stdout, batch))
  if (handle.replayed) hintAt(terminal, 'It was there already: the idempotency key is known.')
  hintAt(terminal, `buzzer batches watch ${batch.id}`)
  return exitCodes.done
}
