import { version } from '../app/version.ts'
import { loadConfig } from '../config/load.ts'
import { renderBanner } from './banner.ts'
import { addCommonOptions, addExamples, type Configure } from './command.ts'
import { addConfigOptions, configRequest, type ConfigFlags } from './config-options.ts'
import { explainStart } from './explain-start.ts'
import { paint, writeLine, type Terminal } from './terminal.ts'

interface StartFlags extends ConfigFlags {
  readonly quiet?: true
}

export const configureStart: Configure = (command, { terminal, action }) => {
  addConfigOptions(command).option('--quiet', 'print the address and warnings only')
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer start', 'with the buzzer.config.ts of this folder'],
    ['buzzer start --port 3000', 'on another port'],
    ['buzzer start --config api/buzzer.config.ts', 'with another configuration'],
  ]).action(action(start(terminal)))
}

const start =
  (terminal: Terminal) =>
  async (flags: StartFlags): Promise<number> => {
    // Both take their time, and neither waits for the other.
    const main = import('../main.ts')
    main.catch(() => {})
    const { config, warnings } = await loadConfig(configRequest(flags, terminal))
    const { serve } = await main
    const { stdout, stderr } = terminal
    const say = (line: string): void => {
      if (flags.quiet !== true && flags.json !== true) writeLine(stderr, line)
    }
    // What somebody set and nothing follows is told also where little is said.
    for (const warning of warnings) writeLine(stderr, `${paint(stderr, 'yellow', '!')} ${warning}`)
    const exitCode = await serve({
      config,
      onListening(url) {
        writeLine(stdout, `Buzzer listening on ${url}`)
        // Whoever started it with a channel, as buzzer dev does, need not read what it writes.
        if (process.connected) process.send?.({ listening: url })
        const facts = { config, url, version, readyMs: performance.now() }
        if (flags.json === true) writeLine(stdout, JSON.stringify({ ...facts, config: undefined }))
        for (const line of renderBanner(stderr, facts)) say(line)
      },
      onStopping(signal) {
        say(signal === 'SIGINT' ? 'Stopping; Ctrl-C again to stop at once.' : 'Stopping.')
      },
      onFault(error, running) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        const meanwhile = running.length === 0 ? '' : `, while these ran: ${running.join(', ')}`
        writeLine(stderr, `! Something failed that nobody catches or awaits${meanwhile}: ${text}`)
      },
    }).catch(async (error: unknown) => {
      throw await explainStart(error, config)
    })
    // Handlers may have left timers and sockets behind, which would keep the process alive.
    process.exit(exitCode)
  }
