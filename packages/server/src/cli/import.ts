import { importDocument, type ImportedDocument } from '../app/import-document.ts'
import { ConfigError, loadConfig } from '../config/load.ts'
import { addCommonOptions, addExamples, type CommonFlags, type Configure } from './command.ts'
import { CommandError, exitCodes, usageError } from './command-error.ts'
import { connect } from './connect.ts'
import type { BuzzerError } from '@buzzer/client'
import { importChannels } from './import-channels.ts'
import { importInto, lacksUrl, type ServerImport } from './import-into.ts'
import { showChanges } from './show-changes.ts'
import { showCount } from './show-count.ts'
import { showReport } from './show-report.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'
import { writeDocument, type WrittenDocument } from './write-document.ts'

interface ImportFlags extends CommonFlags {
  readonly config?: string
  readonly dryRun?: true
  readonly name?: string
  readonly force?: true
  readonly url?: string
  readonly upstream?: string
}

export const configureImport: Configure = (command, { terminal, action }) => {
  command
    .argument('<document>', 'an OpenAPI or AsyncAPI document: a file, or a URL')
    .option('--dry-run', 'print what it would become, and change nothing')
    .option('--name <name>', 'what the service or the file of channels is to be called')
    .option('--config <file>', 'the configuration that it is for')
    .option('--force', 'write over a document that is there already')
    .option('--url <url>', 'a running server that is to have it')
    .option('--upstream <url>', 'where the API is, with --url')
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer import legacy.yaml --dry-run', 'what each operation would become'],
    ['buzzer import legacy.yaml --dry-run --json', 'the same, for programs'],
    [
      'buzzer import https://api.example.com/openapi.json --name example',
      'keep a copy, ready to use',
    ],
    ['buzzer import legacy.yaml --url http://127.0.0.1:2899', 'put it into a running server'],
    ['buzzer import streetlights.asyncapi.yaml', 'declare the channels of an AsyncAPI document'],
  ]).action(action(importApi(terminal)))
}

const importApi =
  (terminal: Terminal) =>
  async (source: string, flags: ImportFlags): Promise<number> => {
    if (flags.upstream !== undefined && flags.url === undefined) throw upstreamAlone()
    checkName(flags.name)
    const place = await findPlace(flags.config, terminal)
    const outcome = await importDocument({
      source,
      folder: terminal.cwd,
      name: flags.name ?? null,
      allow: place.allow,
    })
    if (outcome.kind === 'refused')
      throw new CommandError(`${source} cannot be imported.`, {
        code: 'not-importable',
        why: [eitherKind(outcome.detail)],
      })
    if (outcome.kind === 'channels') return importChannels(outcome, flags, place, terminal)
    if (flags.url !== undefined) return importIntoServer(outcome, flags, terminal)
    if (flags.dryRun === true) return showDryRun(outcome, flags, terminal)
    const written = await writeDocument(outcome, {
      source,
      cwd: terminal.cwd,
      folder: place.folder,
      isForced: flags.force === true,
    })
    showWritten(outcome, written, place.file, flags, terminal)
    return exitCodes.done
  }

/** A document that does not say what it is may have been meant as either. */
const eitherKind = (detail: string): string =>
  detail
    .replace('is no OpenAPI document: it ', 'is neither an OpenAPI nor an AsyncAPI document: it ')
    .replace('it has no "openapi" member', 'it has no "openapi" or "asyncapi" member')

interface Place {
  readonly file: string | null
  readonly folder: string
  readonly allow: readonly string[]
}

/** A configuration that cannot be used is no reason not to look at a document. */
async function findPlace(asked: string | undefined, { cwd, env }: Terminal): Promise<Place> {
  try {
    const { config } = await loadConfig({ cwd, file: asked, env })
    return { file: config.file, folder: config.folder, allow: config.outboundAllow }
  } catch (error) {
    if (asked === undefined && error instanceof ConfigError)
      return { file: null, folder: cwd, allow: [] }
    throw error
  }
}

const upstreamAlone = (): CommandError =>
  usageError('--upstream goes with --url, the server that is to have the service.', '--url URL')

async function importIntoServer(
  imported: ImportedDocument,
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  const server = await connect(flags, terminal)
  const dryRun = flags.dryRun === true
  const wish = { dryRun, upstream: flags.upstream ?? null }
  const outcome = await importInto(server, imported, wish).catch(explainLack)
  const { stdout, stderr } = terminal
  if (flags.json === true) {
    const { operations, notes, changes, ...about } = outcome
    const said = { operations, notes, ...(changes === undefined ? {} : { changes }) }
    writeJson(stdout, dryRun ? said : { service: about.name, version: about.version, ...said })
    return exitCodes.done
  }
  if (dryRun) for (const line of showReport(stdout, reportOf(outcome))) writeLine(stdout, line)
  else writeLine(stderr, `${paint(stderr, 'green', '✓')} ${stored(outcome, server.url)}`)
  if (outcome.changes !== undefined) {
    if (dryRun) writeLine(stdout, '\nChanges')
    for (const line of showChanges(stdout, outcome.changes)) writeLine(stdout, line)
  }
  return exitCodes.done
}

/** What the server says of it is for those who write its JSON. */
function explainLack(error: unknown): never {
  if (!lacksUrl(error)) throw error
  throw new CommandError(lackOf(error), {
    code: 'validation-failed',
    fix: 'add --upstream URL, where the API is',
    cause: error,
  })
}

/** What the server said, without the member of its JSON that would mend it. */
const lackOf = (error: BuzzerError): string => {
  const { detail = '' } = error.problem.errors?.find(({ pointer }) => pointer === '/url') ?? {}
  const said = /^the document (.*);/.exec(detail)?.[1] ?? 'names no server'
  return `The document ${said}.`
}

const reportOf = ({ title, name, operations, notes }: ServerImport) => ({
  title,
  name,
  report: { operations, notes },
})

const stored = ({ title, name, version, operations }: ServerImport, url: string): string =>
  `${title}: ${showCount(operations.length, 'operation')} at ${url} as service '${name}', ` +
  `version ${version ?? 0}`

function checkName(name: string | undefined): void {
  if (name !== undefined && !/^[A-Za-z0-9][\w-]{0,62}$/.test(name))
    throw usageError(`'${name}' is no name for a service.`, 'use letters, digits, _ and -')
}

function showDryRun(imported: ImportedDocument, flags: ImportFlags, terminal: Terminal): number {
  const { stdout } = terminal
  if (flags.json === true) writeJson(stdout, imported.report)
  else for (const line of showReport(stdout, imported)) writeLine(stdout, line)
  return exitCodes.done
}

function showWritten(
  imported: ImportedDocument,
  { file, openapi, isNew }: WrittenDocument,
  configFile: string | null,
  flags: ImportFlags,
  { stdout, stderr }: Terminal,
): void {
  const lines = pasteable(imported, openapi)
  if (flags.json === true) {
    writeJson(stdout, {
      service: imported.name,
      file,
      config: lines.join('\n'),
      ...imported.report,
    })
    return
  }
  const count = showCount(imported.report.operations.length, 'operation')
  const kept = isNew ? `, written to ${file}` : ''
  writeLine(stderr, `${paint(stderr, 'green', '✓')} ${imported.title}: ${count}${kept}`)
  const target = configFile ?? 'a new buzzer.config.ts, within defineConfig({ … })'
  writeLine(stderr, `  Add to ${target}:\n`)
  for (const line of lines) writeLine(stdout, line)
  writeLine(stderr, paint(stderr, 'dim', '\n  --dry-run shows what each operation becomes.'))
}

/** What makes a service of it, as it stands in a configuration. */
function pasteable({ name, url }: ImportedDocument, openapi: string): readonly string[] {
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
  const address = url === null ? "'http://127.0.0.1:4000' /* where the API is */" : `'${url}'`
  const isPrivate = url === null || /^https?:\/\/(?:localhost|127\.|10\.|192\.168\.|\[)/i.test(url)
  const host = url === null ? '127.0.0.1:4000' : new URL(url).host
  return [
    '  services: {',
    `    ${key}: service({ openapi: '${openapi}', url: ${address} }),`,
    '  },',
    ...(isPrivate ? [`  outbound: { allow: ['${host}'] },`] : []),
  ]
}
