import { basename, relative, resolve } from 'node:path'
import { Option } from 'commander'
import { addCommonOptions, addExamples, type CommonFlags, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { filesOf } from './init/files.ts'
import { handler } from './init/handler.ts'
import { report } from './init/report.ts'
import { service } from './init/service.ts'
import type { Template } from './init/template.ts'
import { writeProject } from './init/write-project.ts'
import { quoteWord } from './quote-word.ts'
import { layOut } from './table.ts'
import { Interrupted, paint, writeJson, writeLine, type Terminal } from './terminal.ts'

interface InitFlags extends CommonFlags {
  readonly template?: string
}

/** The first is made where nobody says which. */
const templates: readonly Template[] = [handler, service, report]

export const configureInit: Configure = (command, { terminal, action }) => {
  const names = templates.map(({ name }) => name)
  command
    .argument('[folder]', 'the folder to make it in (default: this one)')
    .addOption(new Option('--template <name>', 'what to begin with').choices(names))
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer init orders', 'asks what to begin with'],
    ...templates.map(
      ({ name, summary }) => [`buzzer init orders --template ${name}`, summary] as const,
    ),
  ]).action(action(init(terminal)))
}

const init =
  (terminal: Terminal) =>
  async (folder: string | undefined, flags: InitFlags): Promise<number> => {
    const target = resolve(terminal.cwd, folder ?? '.')
    const template = await choose(flags, terminal)
    const files = filesOf(template, nameOf(target))
    await writeProject(target, files)
    if (flags.json === true) {
      const names = Object.keys(files)
      writeJson(terminal.stdout, { folder: target, template: template.name, files: names })
      return exitCodes.done
    }
    const place = relative(terminal.cwd, target)
    const { stdout } = terminal
    writeLine(
      stdout,
      `${paint(stdout, 'green', '✓')} ${template.name} in ${place || 'this folder'}`,
    )
    for (const name of Object.keys(files)) writeLine(stdout, `  ${name}`)
    tellNext(terminal, place, template)
    return exitCodes.done
  }

async function choose({ template, json }: InitFlags, terminal: Terminal): Promise<Template> {
  const [first] = templates
  const asked = template ?? (json === true ? undefined : await ask(terminal))
  return templates.find(({ name }) => name === asked) ?? first ?? handler
}

/** Only a person at a terminal can answer. */
async function ask({ stdin, stderr }: Terminal): Promise<string | undefined> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined
  // Loaded only now, because nothing else asks anything.
  const { isCancel, select } = await import('@clack/prompts')
  const answer = await select({
    message: 'What do you want to begin with?',
    options: templates.map(({ name, summary }) => ({ value: name, label: name, hint: summary })),
    input: stdin,
    output: stderr,
  })
  if (isCancel(answer)) throw new Interrupted('Nothing was made.')
  return answer
}

/** As a package may be called. */
const nameOf = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '') || 'orders'

function tellNext({ stderr }: Terminal, place: string, { tryIt }: Template): void {
  const first: readonly (readonly [string, string])[] = [
    ...(place === '' ? [] : [[`cd ${quoteWord(place)}`, ''] as const]),
    ['npm install', 'and the archives of Buzzer behind it, while no registry has them'],
    ['npm run dev', 'starts it, and again at each change'],
  ]
  writeLine(stderr, '\nNext:')
  const rows = [...first, ...tryIt].map(([command, meaning]) => [
    `  ${paint(stderr, 'cyan', command)}`,
    paint(stderr, 'dim', meaning),
  ])
  for (const line of layOut(rows)) writeLine(stderr, line)
}
