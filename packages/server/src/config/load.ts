import { dirname } from 'node:path'
import type { LogFormat } from './config.ts'
import { findFile } from './find-file.ts'
import { importFile } from './import-file.ts'
import { readDotEnv } from './read-dot-env.ts'
import { filled } from './read-settings.ts'
import { resolveConfig, type Resolved } from './resolve.ts'
import type { Flag } from './settings.ts'
import { strangeVariables } from './strange-variables.ts'

export { ConfigError } from '../define/errors.ts'

export interface LoadOptions {
  readonly cwd: string
  /** What `--config` says. */
  readonly file?: string | undefined
  readonly flags?: Readonly<Partial<Record<Flag, string | undefined>>>
  /** Is filled up with what `.env` has, so that the file can read it there, as its threads can. */
  readonly env: Record<string, string | undefined>
  readonly logFormat?: LogFormat
}

export interface Loaded extends Resolved {
  /** Worth telling, and no reason to stop. */
  readonly warnings: readonly string[]
}

/**
 * Reads the configuration: the file, the `.env` beside it, the environment and the flags.
 *
 * @throws ConfigError naming all that is wrong
 */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const { cwd, flags = {}, logFormat = 'json' } = options
  const filePath = await findFile(cwd, options.file ?? filled(options.env['BUZZER_CONFIG']))
  const folder = filePath === null ? cwd : dirname(filePath)
  const dotEnv = await readDotEnv(folder)
  const env = { ...options.env }
  for (const [name, value] of Object.entries(dotEnv)) options.env[name] ??= value
  const file = filePath === null ? {} : await importFile(filePath)
  const sources = { flags, env, dotEnv, file, cwd, folder, filePath, logFormat }
  return {
    ...resolveConfig(sources),
    warnings: strangeVariables([...Object.keys(dotEnv), ...Object.keys(env)]),
  }
}
