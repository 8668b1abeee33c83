import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChannelDocument } from '../app/import-document.ts'
import { alreadyThere, isThere } from './already-there.ts'
import { exitCodes, usageError } from './command-error.ts'
import type { CommonFlags } from './command.ts'
import { connect } from './connect.ts'
import { importChannelsInto } from './import-channels-into.ts'
import { showChannelChanges, showChannelNotes, showChannelReport } from './show-channel-report.ts'
import { showCount } from './show-count.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'

export interface ChannelImportFlags extends CommonFlags {
  readonly dryRun?: true
  readonly force?: true
  readonly url?: string
  readonly upstream?: string
}

/** Where the configuration is, if there is one. */
interface Place {
  readonly file: string | null
  readonly folder: string
}

/** Declares the channels of an AsyncAPI document, as `import` makes a service of an OpenAPI one. */
export async function importChannels(
  document: ChannelDocument,
  flags: ChannelImportFlags,
  place: Place,
  terminal: Terminal,
): Promise<number> {
  if (flags.upstream !== undefined)
    throw usageError('--upstream is for an OpenAPI document; this one is AsyncAPI.')
  if (flags.url !== undefined) return intoServer(document, flags, terminal)
  const { stdout } = terminal
  const report = reportOf(document)
  if (flags.dryRun !== true) return writeChannels(document, flags, place, terminal)
  if (flags.json === true) writeJson(stdout, report)
  else for (const line of showChannelReport(stdout, document.title, report)) writeLine(stdout, line)
  return exitCodes.done
}

const reportOf = ({ channels, notes }: ChannelDocument) => ({
  channels: channels.map(({ data: _, summary: __, ...told }) => told),
  notes,
})

async function intoServer(
  document: ChannelDocument,
  flags: ChannelImportFlags,
  terminal: Terminal,
): Promise<number> {
  const server = await connect(flags, terminal)
  const isDry = flags.dryRun === true
  const { title, changes, ...report } = await importChannelsInto(server, document, isDry)
  const { stdout, stderr } = terminal
  if (flags.json === true) {
    writeJson(stdout, { ...report, changes })
    return exitCodes.done
  }
  if (isDry) {
    for (const line of showChannelReport(stdout, title, report)) writeLine(stdout, line)
    writeLine(stdout, '\nChanges')
  } else {
    const count = showCount(report.channels.length, 'channel')
    writeLine(stderr, `${paint(stderr, 'green', '✓')} ${title}: ${count} at ${server.url}`)
    for (const line of showChannelNotes(stderr, report)) writeLine(stderr, line)
  }
  for (const line of showChannelChanges(stdout, changes)) writeLine(stdout, line)
  return exitCodes.done
}

/** Keeps the channels in a module beside the configuration, which only has to take them in. */
async function writeChannels(
  document: ChannelDocument,
  flags: ChannelImportFlags,
  { file: configFile, folder }: Place,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { name, title, channels } = document
  const file = join(folder, `${name}.channels.ts`)
  const flag = flags.force === true ? 'w' : 'wx'
  await writeFile(file, moduleOf(document), { flag }).catch((cause: unknown) => {
    throw isThere(cause) ? alreadyThere(file, cause) : cause
  })
  const exported = identifierOf(name)
  const lines = [
    `  import { ${exported} } from './${name}.channels.ts'`,
    `  channels: { ...${exported} },`,
  ]
  if (flags.json === true) {
    writeJson(stdout, { file, config: lines.join('\n'), ...reportOf(document) })
    return exitCodes.done
  }
  const count = showCount(channels.length, 'channel')
  writeLine(stderr, `${paint(stderr, 'green', '✓')} ${title}: ${count}, written to ${file}`)
  for (const line of showChannelNotes(stderr, reportOf(document))) writeLine(stderr, line)
  const target = configFile ?? 'a new buzzer.config.ts, the second line within defineConfig({ … })'
  writeLine(stderr, `  Add to ${target}:\n`)
  for (const line of lines) writeLine(stdout, line)
  writeLine(stderr, paint(stderr, 'dim', '\n  --dry-run shows what each channel becomes.'))
  return exitCodes.done
}

function moduleOf({ name, title, channels }: ChannelDocument): string {
  const entries = channels.map(({ name: channel, summary, data }) => {
    const options = [
      ...(summary === null ? [] : [`summary: ${JSON.stringify(summary)}`]),
      ...(data === null ? [] : [`data: ${literal(data)}`]),
    ]
    const given = options.length === 0 ? '' : `{ ${options.join(', ')} }`
    return `  ${JSON.stringify(channel)}: channel(${given}),`
  })
  return [
    "import { channel } from 'buzzer'",
    '',
    `/** The channels of ${title.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')}, made by \`buzzer import\`. */`,
    `export const ${identifierOf(name)} = {`,
    ...entries,
    '}',
    '',
  ].join('\n')
}

/** JSON as TypeScript, where a member of this name would be something else. */
const literal = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .replaceAll('"__proto__":', '["__proto__"]:')
    .replaceAll('\n', '\n  ')

const identifierOf = (name: string): string =>
  name.replaceAll(/\W+(\w?)/g, (_, next: string) => next.toUpperCase()).replace(/^(?=\d)/, '_')
