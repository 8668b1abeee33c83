import type { BatchDocument, BatchHandle, BatchResult } from '@buzzer/client'
import { exitCodes } from './command-error.ts'
import { hintAt } from './follow.ts'
import { showBatch } from './show-batch.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'
import { createWorkLine } from './work-line.ts'

/**
 * Waits for the end of a batch with a live line that counts, and writes what became of each job.
 *
 * @returns the exit code: 0 where all jobs succeeded, else 1
 */
export async function waitForBatch(
  handle: BatchHandle,
  isJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const signal = terminal.interrupt()
  try {
    await followToEnd(handle, signal, terminal)
    const results = await handle.results({ signal })
    const batch = handle.batch ?? (await handle.status({ signal }))
    writeResults(batch, results, isJson, terminal)
    return batch.state === 'succeeded' ? exitCodes.done : exitCodes.failed
  } catch (error) {
    if (!signal.aborted) throw error
    if (!isJson) hintAt(terminal, `it goes on: buzzer batches watch ${handle.id}`)
    throw signal.reason
  }
}

async function followToEnd(
  handle: BatchHandle,
  signal: AbortSignal,
  { stderr }: Terminal,
): Promise<void> {
  using line = createWorkLine(stderr)
  const ended = new Map<string, string>()
  for await (const event of handle.events({ signal })) {
    if ('batch' in event) continue
    // A job that ran again counts as it ended last.
    ended.set(event.job, event.state)
    const total = new Set(handle.batch?.jobs).size
    const failed = [...ended.values()].filter((state) => state !== 'succeeded').length
    const count = `${ended.size} of ${total} jobs${failed === 0 ? '' : `, ${failed} not succeeded`}`
    line.show('running', count, total === 0 ? null : ended.size / total)
  }
}

/** One result a line, so that they can be read on by line; all in one array with `--json`. */
export function writeResults(
  batch: BatchDocument,
  results: readonly BatchResult[],
  isJson: boolean,
  { stdout, stderr }: Terminal,
): void {
  if (isJson) return writeJson(stdout, { ...batch, results })
  for (const result of results) writeLine(stdout, JSON.stringify(result))
  writeLine(stderr, showBatch(stderr, batch))
}
