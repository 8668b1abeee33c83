import type { BatchEntry } from '@buzzer/client'
import { parseExactly, callMembers, maxBatchJobs } from '@buzzer/contract'
import { text } from 'node:stream/consumers'
import { usageError } from './command-error.ts'
import { durationOrTimeOption, timeOption } from './option-values.ts'
import { readTextFile } from './read-input.ts'
import type { Terminal } from './terminal.ts'

/** One call, of whichever operation. */
export type AnyEntry = BatchEntry<Record<string, { input: unknown; output: unknown }>>

/** What holds for every entry that does not say otherwise. */
export type EntryDefaults = Omit<AnyEntry, 'operation' | 'input'>

/**
 * Reads the jobs of a batch: a JSON array, or JSON with one job a line.
 *
 * @param source a file, or `-` for standard input
 * @param operation where it is given, each item is an input for it; else an entry as
 *   `POST /v1/batches` takes it
 * @throws CommandError where it cannot be read, and says which of them is wrong
 */
export async function readBatchFile(
  source: string,
  operation: string | undefined,
  defaults: EntryDefaults,
  terminal: Terminal,
): Promise<readonly AnyEntry[]> {
  const items = parseItems(await readSource(source, terminal), source)
  if (items.length === 0) throw usageError(`${nameOf(source)} holds no job.`)
  if (items.length > maxBatchJobs) {
    const fix = `split it, such as with: split -l ${maxBatchJobs}`
    throw usageError(`${items.length} jobs are more than a batch takes (${maxBatchJobs}).`, fix)
  }
  return items.map((item, at) =>
    operation === undefined
      ? { ...defaults, ...entryOf(item, `${nameOf(source)}, job ${at + 1}`) }
      : { ...defaults, operation, input: item },
  )
}

const nameOf = (source: string): string => (source === '-' ? 'Standard input' : source)

const readSource = (source: string, terminal: Terminal): Promise<string> =>
  source === '-' ? text(terminal.stdin) : readTextFile(source, terminal)

function parseItems(json: string, source: string): readonly unknown[] {
  if (json.trimStart().startsWith('[')) {
    const items = parse(json, nameOf(source))
    return Array.isArray(items) ? (items as readonly unknown[]) : []
  }
  return json.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    return [parse(line, `${nameOf(source)}, line ${at + 1}`)]
  })
}

function parse(json: string, where: string): unknown {
  try {
    return parseExactly(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(`${where} is not JSON: ${reason}.`, 'one JSON a line, or one JSON array')
  }
}

function entryOf(item: unknown, where: string): AnyEntry {
  if (typeof item !== 'object' || item === null || !('operation' in item)) {
    const fix = 'write {"operation":"…","input":…}, or name the operation: submit <operation>'
    throw usageError(`${where} names no operation.`, fix)
  }
  const unknown = Object.keys(item).find((name) => !callMembers.includes(name))
  if (unknown !== undefined) {
    throw usageError(`${where}: '${unknown}' is not known.`, `there are ${callMembers.join(', ')}`)
  }
  const { runAt, deadline, ...entry } = item as Record<string, unknown> & { operation: string }
  return {
    ...entry,
    ...(runAt === undefined ? {} : { runAt: read(timeOption, runAt, where) }),
    ...(deadline === undefined ? {} : { deadline: read(durationOrTimeOption, deadline, where) }),
  }
}

function read<Value>(option: (text: string) => Value, value: unknown, where: string): Value {
  try {
    return option(String(value))
  } catch (error) {
    throw usageError(`${where}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
