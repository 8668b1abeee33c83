import type { NewEvent, PublishedEvent } from '@buzzer/client'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { addExamples, type Configure } from './command.ts'
import { exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { publishLines } from './publish-lines.ts'
import { quoteWord } from './quote-word.ts'
import { parseInput, readInput } from './read-input.ts'
import { writeLine, type Terminal } from './terminal.ts'
import { writePublished } from './write-published.ts'

interface PublishFlags extends ServerFlags {
  readonly type?: string
  readonly subject?: string
  readonly id?: string
  readonly source?: string
  readonly file?: string
  readonly contentType?: string
  readonly lines?: true
  /** False with --no-data. */
  readonly data: boolean
}

export const configurePublish: Configure = (command, { terminal, action }) => {
  command
    .argument('<channel>', 'its name')
    .argument('[data]', 'JSON, - for standard input, or @file (default: what is piped in)')
    .option('--no-data', 'the event has none')
    .option('--type <type>', 'what happened (default: message)')
    .option('--subject <subject>', 'what it happened to')
    .option('--id <id>', 'with the same source, the same id again is the same event')
    .option('--source <uri>', 'who says it (default: the channel)')
    .option('--file <file>', 'where the data stands')
    .option('--content-type <type>', 'of a file that is not JSON, which is sent as it is')
    .option('--lines', 'each line of the file, or of standard input, is an event')
  addServerOptions(command)
  addExamples(command, [
    [`buzzer publish quotes.ACME '{"price":12}' --type price`, 'one event'],
    ['date +%s | buzzer publish ticks', 'what is piped in is the data'],
    ['buzzer publish doors.north --type opened --no-data', 'without data'],
    ['buzzer publish pictures --file cat.png --content-type image/png', 'bytes'],
    ['buzzer publish quotes.ACME --lines < prices.jsonl', 'each line is the data of one'],
    ['buzzer tail a --json | buzzer publish b --lines', 'CloudEvents are kept as they are'],
  ]).action(action(publish(terminal)))
}

const publish =
  (terminal: Terminal) =>
  async (name: string, source: string | undefined, flags: PublishFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const channel = client.channel(name)
    const isJson = flags.json === true
    if (flags.lines === true) {
      refuseWithLines(source, flags)
      const common = { ...attributesOf(flags), file: flags.file, isJson }
      return publishLines(channel, common, terminal)
    }
    const event: NewEvent = {
      ...attributesOf(flags),
      id: flags.id,
      ...(await dataOf(source, flags, terminal)),
    }
    const events = await channel.publish(event)
    if (isJson) writePublished(terminal, events)
    else showPublished(name, events, terminal)
    return exitCodes.done
  }

const attributesOf = ({ type = 'message', subject, source }: PublishFlags) => ({
  type,
  subject,
  source,
})

function refuseWithLines(given: string | undefined, flags: PublishFlags): void {
  if (given !== undefined || !flags.data) {
    throw usageError('With --lines, the data stands in the lines.', 'give it by --file or a pipe')
  }
  if (flags.id !== undefined) {
    throw usageError('With --lines there are many events, and --id is one.')
  }
  if (flags.contentType !== undefined) throw usageError('With --lines, each line is JSON.')
}

async function dataOf(
  source: string | undefined,
  { file, contentType, data: isWanted }: PublishFlags,
  terminal: Terminal,
): Promise<Pick<NewEvent, 'data' | 'datacontenttype'>> {
  const given = [source, file, isWanted ? undefined : '--no-data']
  if (given.filter((each) => each !== undefined).length > 1) {
    throw usageError('The data is given twice.', 'give it as an argument, by --file, or --no-data')
  }
  if (contentType !== undefined) {
    if (file === undefined) throw usageError('--content-type says what a file is.', '--file FILE')
    return { data: await readBytes(file, terminal), datacontenttype: contentType }
  }
  if (!isWanted) return {}
  if (file !== undefined) return { data: await readInput(`@${file}`, terminal, fixOfFile(file)) }
  if (source === undefined) return { data: await readPiped(terminal) }
  const fix = source.startsWith('@') ? fixOfFile(source.slice(1)) : fixOfJson
  return { data: await readInput(source, terminal, fix) }
}

const fixOfJson = `quote it for the shell, such as '{"price":12}', or give - or @file`

const fixOfFile = (file: string): string =>
  `what is not JSON is sent with its type: --file ${quoteWord(file)} --content-type image/png`

/** Nobody means to throw away what they pipe in, and an event without data is to be meant. */
async function readPiped(terminal: Terminal): Promise<unknown> {
  const piped = terminal.stdin.isTTY === true ? '' : await text(terminal.stdin)
  if (piped.trim() !== '') return parseInput(piped, 'Standard input', fixOfJson)
  throw usageError(
    'There is no data to publish.',
    `give it, such as '{"price":12}', or - to type it in, or --no-data for an event without`,
  )
}

async function readBytes(path: string, { cwd }: Terminal): Promise<Uint8Array> {
  return readFile(resolve(cwd, path)).catch((error: unknown) => {
    throw usageError(`${path} cannot be read: ${error instanceof Error ? error.message : 'no'}.`)
  })
}

function showPublished(name: string, events: readonly PublishedEvent[], terminal: Terminal): void {
  for (const { id, sequence } of events) writeLine(terminal.stdout, `${sequence}  ${id}`)
  const [first] = events
  if (first !== undefined)
    hintAt(terminal, `buzzer tail ${quoteWord(name)} --since ${first.sequence - 1}`)
}
