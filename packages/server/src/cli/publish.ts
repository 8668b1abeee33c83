import type { NewEvent, PublishedEvent } from '@buzzer/client'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { addExamples, type Configure } from './command.ts'
import { exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { publishLines } from './publish-lines.ts'
import { readInput } from './read-input.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface PublishFlags extends ServerFlags {
  readonly type?: string
  readonly subject?: string
  readonly id?: string
  readonly source?: string
  readonly file?: string
  readonly contentType?: string
  readonly lines?: true
}

export const configurePublish: Configure = (command, { terminal, action }) => {
  command
    .argument('<channel>', 'its name')
    .argument('[data]', 'JSON, - for standard input, or @file')
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
    if (isJson) writeJson(terminal.stdout, { events })
    else showPublished(name, events, terminal)
    return exitCodes.done
  }

const attributesOf = ({ type = 'message', subject, source }: PublishFlags) => ({
  type,
  subject,
  source,
})

function refuseWithLines(data: string | undefined, { id, contentType }: PublishFlags): void {
  if (data !== undefined) {
    throw usageError('With --lines, the data stands in the lines.', 'give it by --file or a pipe')
  }
  if (id !== undefined) throw usageError('With --lines there are many events, and --id is one.')
  if (contentType !== undefined) throw usageError('With --lines, each line is JSON.')
}

async function dataOf(
  source: string | undefined,
  { file, contentType }: PublishFlags,
  terminal: Terminal,
): Promise<Pick<NewEvent, 'data' | 'datacontenttype'>> {
  if (source !== undefined && file !== undefined) {
    throw usageError('The data is given twice.', 'give it as an argument or by --file')
  }
  if (contentType === undefined) {
    return { data: await readInput(file === undefined ? source : `@${file}`, terminal) }
  }
  if (file === undefined) throw usageError('--content-type says what a file is.', '--file FILE')
  return { data: await readBytes(file, terminal), datacontenttype: contentType }
}

async function readBytes(path: string, { cwd }: Terminal): Promise<Uint8Array> {
  return readFile(resolve(cwd, path)).catch((error: unknown) => {
    throw usageError(`${path} cannot be read: ${error instanceof Error ? error.message : 'no'}.`)
  })
}

function showPublished(name: string, events: readonly PublishedEvent[], terminal: Terminal): void {
  for (const { id, sequence } of events) writeLine(terminal.stdout, `${sequence}  ${id}`)
  const [first] = events
  if (first !== undefined) hintAt(terminal, `buzzer tail ${name} --since ${first.sequence - 1}`)
}
