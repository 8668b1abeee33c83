import { parseExactly } from '@buzzer/contract'
import type { ChannelHandle, NewEvent } from '@buzzer/client'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { exitCodes, usageError } from './command-error.ts'
import { BadLine, LinesError } from './lines-error.ts'
import { writeLine, type Terminal } from './terminal.ts'
import { writePublished } from './write-published.ts'

export interface LinesCommand {
  /** Standard input without it. */
  readonly file: string | undefined
  readonly type: string
  readonly subject: string | undefined
  readonly source: string | undefined
  readonly isJson: boolean
}

/** So many events, which is the server's bound, and about so many bytes one request takes. */
const maxEvents = 1_000
const maxLength = 512 * 1_024

/**
 * Publishes each line as an event, in requests of as many lines as are there: a file goes in large
 * pieces, and a line that somebody just wrote at once.
 *
 * @returns the exit code
 */
export async function publishLines(
  channel: ChannelHandle,
  command: LinesCommand,
  terminal: Terminal,
): Promise<number> {
  const progress = { count: 0, last: 0, from: 1 }
  let sent: readonly number[] = []
  try {
    for await (const { drafts, lines } of readBatches(command, terminal)) {
      sent = lines
      const events = await channel.publish(drafts)
      progress.count += events.length
      progress.last = events.at(-1)?.sequence ?? progress.last
      progress.from = (lines.at(-1) ?? 0) + 1
      if (command.isJson) writePublished(terminal, events)
    }
  } catch (error) {
    throw new LinesError(error, { published: progress.count, from: progress.from, sent })
  }
  const { count, last } = progress
  if (!command.isJson) {
    const many = count === 1 ? '1 event' : `${count} events`
    writeLine(terminal.stdout, count === 0 ? 'no events' : `${many}, the last one ${last}`)
  }
  return exitCodes.done
}

interface Batch {
  readonly drafts: NewEvent[]
  /** The number of the line that each stands in. */
  readonly lines: number[]
}

async function* readBatches(
  command: LinesCommand,
  terminal: Terminal,
): AsyncGenerator<Batch, void> {
  let number = 0
  for await (const lines of readLines(command.file, terminal)) {
    let batch: Batch = { drafts: [], lines: [] }
    let length = 0
    for (const line of lines) {
      number += 1
      if (line.trim() === '') continue
      if (isFull(batch, length + line.length)) {
        yield batch
        batch = { drafts: [], lines: [] }
        length = 0
      }
      batch.drafts.push(eventIn(line, number, command))
      batch.lines.push(number)
      length += line.length
    }
    if (batch.lines.length > 0) yield batch
  }
}

const isFull = ({ lines }: Batch, length: number): boolean =>
  lines.length >= maxEvents || (lines.length > 0 && length > maxLength)

/** The lines that each piece of the input completes; the last one may lack its end. */
async function* readLines(
  file: string | undefined,
  { stdin, cwd }: Terminal,
): AsyncGenerator<readonly string[], void> {
  const input = file === undefined ? stdin : createReadStream(resolve(cwd, file))
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const piece of input) {
      const text =
        typeof piece === 'string' ? piece : decoder.decode(piece as Buffer, { stream: true })
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) yield lines
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(`${file ?? 'Standard input'} cannot be read: ${reason}.`)
  }
  if (rest !== '') yield [rest]
}

function eventIn(line: string, number: number, command: LinesCommand): NewEvent {
  const { type, subject, source } = command
  const value = parse(line, number)
  return isCloudEvent(value) ? published(value) : { type, subject, source, data: value }
}

function parse(line: string, number: number): unknown {
  try {
    return parseExactly(line)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BadLine(number, reason)
  }
}

type Written = NewEvent & { readonly data_base64?: unknown; readonly sequence?: unknown }

const isCloudEvent = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && 'specversion' in value && 'type' in value

/** As it was published elsewhere, without the place that it had there. */
function published({ sequence: _, data_base64: base64, ...event }: Written): NewEvent {
  if (typeof base64 !== 'string') return event
  return { ...event, data: Uint8Array.from(Buffer.from(base64, 'base64')) }
}
