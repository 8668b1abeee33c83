import { Readable, Writable } from 'node:stream'
import { exitCodes } from '../../packages/server/src/cli/command-error.ts'
import { commands, plannedCommands } from '../../packages/server/src/cli/commands.ts'
import { runCommandLine } from '../../packages/server/src/cli/run.ts'
import { code, fenced, list, page, table } from './markdown.ts'

const meanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage',
  3: 'could not reach the server',
  130: 'interrupted; `start` and `dev` are ended by Ctrl-C, and that is 0 where they stop in order',
}

/** Every command as its own help tells it. */
export async function commandLinePage(): Promise<string> {
  const sections: string[] = []
  for (const { name } of commands) sections.push(...(await sectionsOf([name])))
  return page('Command line', [
    table(
      ['command', 'what it does'],
      commands.map(({ name, summary }) => [`[\`buzzer ${name}\`](#buzzer-${name})`, summary]),
    ),
    ...(plannedCommands.length === 0
      ? []
      : [`Not there yet: ${plannedCommands.map(code).join(', ')}.`]),
    'Data goes to standard output and the rest to standard error. `--json` writes JSON for programs.',
    '## Exit codes',
    list(
      [...new Set(Object.values(exitCodes))].map((exit) => `${code(`${exit}`)} ${meanings[exit]}`),
    ),
    ...sections,
  ])
}

async function sectionsOf(words: readonly string[]): Promise<readonly string[]> {
  const help = await helpOf(words)
  const own = [`##${'#'.repeat(words.length - 1)} buzzer ${words.join(' ')}`, fenced('text', help)]
  if (words.length > 1) return own
  const inner: string[] = []
  for (const name of subcommandsOf(help)) inner.push(...(await sectionsOf([...words, name])))
  return [...own, ...inner]
}

function subcommandsOf(help: string): readonly string[] {
  const [, block = ''] = /^Commands:\n((?: {2}.*\n)+)/m.exec(help) ?? []
  return [...block.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
}

async function helpOf(words: readonly string[]): Promise<string> {
  const said: string[] = []
  const stream = (write: (text: string) => void): Writable & { readonly columns: number } =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          write(chunk.toString())
          done()
        },
      }),
      { columns: 100 },
    )
  await runCommandLine([...words, '--help'], {
    stdin: Readable.from([]),
    stdout: stream((text) => said.push(text)),
    stderr: stream((text) => said.push(text)),
    env: { NO_COLOR: '1' },
    cwd: '/',
    program: 'buzzer',
    interrupt: () => new AbortController().signal,
  })
  return said.join('')
}
