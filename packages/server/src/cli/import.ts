import { Option } from 'commander'
import { importDocument, type ImportedDocument } from '../app/import-document.ts'
import { ConfigError, loadConfig } from '../config/load.ts'
import { addCommonOptions, addExamples, type CommonFlags, type Configure } from './command.ts'
import { CommandError, exitCodes, usageError } from './command-error.ts'
import { showReport } from './show-report.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'
import { writeDocument, type WrittenDocument } from './write-document.ts'

interface ImportFlags extends CommonFlags {
  readonly config?: string
  readonly dryRun?: true
  readonly name?: string
  readonly force?: true
  readonly url?: string
}

export const configureImport: Configure = (command, { terminal, action }) => {
  command
    .argument('<openapi>', 'an OpenAPI document: a file, or a URL')
    .option('--dry-run', 'print what it would become, and change nothing')
    .option('--name <name>', 'what the service is to be called')
    .option('--config <file>', 'the configuration that it is for')
    .option('--force', 'write over a document that is there already')
    .addOption(new Option('--url <url>').hideHelp())
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer import legacy.yaml --dry-run', 'what each operation would become'],
    ['buzzer import legacy.yaml --dry-run --json', 'the same, for programs'],
    [
      'buzzer import https://api.example.com/openapi.json --name example',
      'keep a copy, ready to use',
    ],
  ]).action(action(importApi(terminal)))
}

const importApi =
  (terminal: Terminal) =>
  async (source: string, flags: ImportFlags): Promise<number> => {
    if (flags.url !== undefined) throw notAtRunTime()
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
        why: [outcome.detail],
      })
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

const notAtRunTime = (): CommandError =>
  new CommandError('Services cannot be put into a running server yet.', {
    code: 'not-supported',
    exitCode: exitCodes.usage,
    fix: 'leave --url out: the document is then written beside the configuration',
  })

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
  const count = imported.report.operations.length
  const kept = isNew ? `, written to ${file}` : ''
  writeLine(stderr, `${paint(stderr, 'green', '✓')} ${imported.title}: ${count} operations${kept}`)
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
