import { JobCancelledError, JobFailedError, type JobDocument, type JobHandle } from '@buzzer/client'
import { exitCodes } from './command-error.ts'
import { createProgressLine } from './progress-line.ts'
import { showState } from './show-job.ts'
import { showSpan } from './show-time.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'
import { writeResult, readResult } from './write-result.ts'

/** What became of a job that was waited for. */
type Ending =
  | { readonly kind: 'succeeded'; readonly response: Response }
  | { readonly kind: 'failed'; readonly job: JobDocument }

/**
 * Waits for the end of a job with a live line of progress, and writes its result.
 *
 * @returns the exit code: 0 where it succeeded, else 1
 */
export async function waitForResult(
  handle: JobHandle,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const signal = terminal.interrupt()
  const ending = await endOf(handle, signal, terminal).catch((error: unknown) => {
    if (signal.aborted && !isJson) hintAt(terminal, `it goes on: buzzer jobs watch ${handle.id}`)
    throw signal.aborted ? signal.reason : error
  })
  if (ending.kind === 'failed') {
    if (isJson) writeJson(terminal.stdout, ending.job)
    else tellFailure(terminal, ending.job)
    return exitCodes.failed
  }
  if (!isJson) return writeResult(ending.response, terminal)
  const job = await handle.status({ signal })
  writeJson(terminal.stdout, { ...job, result: await readResult(ending.response) })
  return exitCodes.done
}

async function endOf(handle: JobHandle, signal: AbortSignal, terminal: Terminal): Promise<Ending> {
  using line = createProgressLine(terminal.stderr)
  try {
    if (handle.job !== null) line.show(handle.job)
    for await (const event of handle.events({ signal })) line.show(event.job)
    return { kind: 'succeeded', response: await handle.response({ signal }) }
  } catch (error) {
    if (error instanceof JobFailedError || error instanceof JobCancelledError)
      return { kind: 'failed', job: error.job }
    throw error
  }
}

function tellFailure({ stderr }: Terminal, job: JobDocument): void {
  const took = Date.parse(job.finishedAt ?? job.createdAt) - Date.parse(job.createdAt)
  const state = showState(stderr, job.state)
  writeLine(stderr, `${job.id}  ${state} after ${showSpan(took)}`)
  if (job.error !== null) writeLine(stderr, `  ${job.error.code}: ${job.error.detail}`)
  if (job.state === 'failed') hintAt({ stderr }, `buzzer jobs retry ${job.id}`)
}

/** What to do next; not for programs. */
export function hintAt({ stderr }: Pick<Terminal, 'stderr'>, text: string): void {
  writeLine(stderr, paint(stderr, 'dim', `  ${text}`))
}
