import { parseDuration } from '@buzzer/contract'
import { dirname, relative, resolve } from 'node:path'
import type { ConfigView } from '../config/view.ts'
import { addCommonOptions, addExamples, type Configure } from './command.ts'
import { addConfigOptions, configArguments, type ConfigFlags } from './config-options.ts'
import { createDevServer } from './dev-server.ts'
import { checkConfig, type ShownError } from './server-process.ts'
import { paint, writeLine, type Terminal } from './terminal.ts'
import { watchFiles } from './watch-files.ts'

export const configureDev: Configure = (command, { terminal, action }) => {
  addConfigOptions(command)
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer dev', 'start, and start again at each change; jobs that run are run again'],
    ['buzzer dev --port 0', 'on any free port, which is kept over restarts'],
  ]).action(action(dev(terminal)))
}

const dev =
  (terminal: Terminal) =>
  async (flags: ConfigFlags): Promise<number> => {
    const args = [
      ...(flags.config === undefined ? [] : ['--config', flags.config]),
      ...configArguments(flags),
    ]
    const server = createDevServer(args, terminal)
    const begun = Promise.withResolvers<void>()
    let view = await check(null)

    /** @returns what is in force: what was before, where the new one cannot be used */
    async function check(before: ConfigView | null): Promise<ConfigView | null> {
      const found = await checkConfig(args, terminal)
      // Ctrl-C reaches that process too, and what it says of its end is no word on the configuration.
      if (server.isStopping()) return before
      if (found.kind === 'bad') {
        showError(terminal, found.error, server.isRunning())
        return before
      }
      if (before !== null) showDifferences(terminal, before, found.view)
      return found.view
    }

    const folder = folderOf(flags, view, terminal.cwd)
    // Before the first start, so that what changes meanwhile is seen.
    await using _watching = await watchFiles({
      folder,
      files: documentsOf(view, folder),
      except: view === null ? [] : [dataOf(view)],
      async onChange(paths) {
        await begun.promise
        const names = paths.map((path) => relative(terminal.cwd, path)).join(', ')
        writeLine(terminal.stderr, `\n${paint(terminal.stderr, 'cyan', '↻')} changed: ${names}`)
        const next = await check(view)
        if (next === view || next === null) return
        view = next
        await server.restart(shutdownOf(view))
      },
    })
    if (view !== null) await server.restart(shutdownOf(view))
    begun.resolve()
    // Awaited here, or the watching would end with this function.
    return await server.stopped
  }

const folderOf = (flags: ConfigFlags, view: ConfigView | null, cwd: string): string => {
  if (view?.file !== undefined && view.file !== null) return dirname(view.file)
  return flags.config === undefined ? cwd : dirname(resolve(cwd, flags.config))
}

const documentsOf = (view: ConfigView | null, folder: string): readonly string[] =>
  (view?.services ?? []).flatMap(({ openapi }) =>
    openapi === null || /^[a-z]+:\/\//i.test(openapi) ? [] : [resolve(folder, openapi)],
  )

/**
 * Who saves a file wants to see it at work, and not to wait for jobs that run on. It is the least in
 * which also an attempt that does not end when it is told to is given back.
 */
const longestShutdownMs = 1_250

function shutdownOf({ values }: ConfigView): string {
  const value = String(values.find(({ name }) => name === 'shutdown')?.value)
  return `${Math.min(parseDuration(value) ?? longestShutdownMs, longestShutdownMs)}ms`
}

const dataOf = ({ values }: ConfigView): string =>
  String(values.find(({ name }) => name === 'data')?.value)

function showError({ stderr }: Terminal, error: ShownError, isRunning: boolean): void {
  writeLine(stderr, `${paint(stderr, 'red', '✗')} ${error.message}`)
  for (const detail of error.details) writeLine(stderr, `  ${detail}`)
  if (error.fix !== null) writeLine(stderr, `  ${paint(stderr, 'green', 'fix:')} ${error.fix}`)
  const meanwhile = isRunning ? 'The server goes on as it was' : 'Nothing runs yet'
  writeLine(stderr, paint(stderr, 'dim', `  ${meanwhile}; waiting for a change.`))
}

function showDifferences({ stderr }: Terminal, before: ConfigView, now: ConfigView): void {
  const names = (view: ConfigView): readonly string[] => [
    ...view.operations.map((name) => `operation ${name}`),
    ...view.services.map(({ name }) => `service ${name}`),
    ...view.values.map(({ name, value }) => `${name} = ${value}`),
  ]
  const [old, fresh] = [names(before), names(now)]
  for (const name of old.filter((each) => !fresh.includes(each)))
    writeLine(stderr, `  ${paint(stderr, 'red', '-')} ${name}`)
  for (const name of fresh.filter((each) => !old.includes(each)))
    writeLine(stderr, `  ${paint(stderr, 'green', '+')} ${name}`)
}
