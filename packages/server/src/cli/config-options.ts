import type { Command } from 'commander'
import type { LoadOptions } from '../config/load.ts'
import { flagName, flags as flagNames, type Flag } from '../config/settings.ts'
import type { CommonFlags } from './command.ts'
import type { Terminal } from './terminal.ts'

/** The options of commands that read the configuration. */
export interface ConfigFlags extends CommonFlags, Readonly<Partial<Record<Flag, string>>> {
  readonly config?: string
}

export const addConfigOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'the configuration (default: buzzer.config.ts here)')
    .option('--data <folder>', 'where local files lie')
    .option('--host <host>', 'what to listen on')
    .option('--port <port>', 'what to listen on; 0 for any that is free')
    .option('--store <url>', 'where jobs are kept, such as sqlite:./data')
    .option('--bus <url>', 'how nodes hint each other')
    .option('--log-level <level>', 'debug, info, warn, error or silent')

export const configRequest = (flags: ConfigFlags, terminal: Terminal): LoadOptions => ({
  cwd: terminal.cwd,
  file: flags.config,
  flags,
  env: terminal.env,
  logFormat: terminal.stderr.isTTY === true && flags.json !== true ? 'pretty' : 'json',
})

/** The same options again, for a process that is started with them. */
export const configArguments = (flags: ConfigFlags): readonly string[] =>
  flagNames.flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [flagName(name), value]
  })
