import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startChild } from './quickstart/child.ts'

/** A place for what a demonstration keeps. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string
}

/**
 * The folder that is named, which stays, or an empty one that goes with its disposal.
 *
 * @param named what `--data` says, where nothing else is read from the command line
 */
export async function openDataFolder(named = readDataArgument()): Promise<DataFolder> {
  if (named !== null) return { path: resolve(named), [Symbol.asyncDispose]: async () => {} }
  const path = await mkdtemp(join(tmpdir(), 'buzzer-example-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function readDataArgument(): string | null {
  const { values } = parseArgs({ options: { data: { type: 'string' } } })
  return values.data ?? null
}

export interface RunningProgram extends AsyncDisposable {
  readonly url: string
}

/** Starts a program that prints its address first. Disposing of it ends it, and waits for that. */
export async function startProgram(
  file: string | URL,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const path = file instanceof URL ? fileURLToPath(file) : file
  const child = startChild(path, args, env)
  return {
    url: await child.url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await child.exitCode
    },
  }
}

const buzzer = new URL('../packages/server/bin/buzzer.js', import.meta.url)

/** Starts Buzzer with a configuration, on any port that is free. */
export const startBuzzer = (
  config: URL,
  data: DataFolder,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> =>
  startProgram(
    buzzer,
    ['start', '--quiet', '--config', fileURLToPath(config), '--port', '0', '--data', data.path],
    { BUZZER_LOG_LEVEL: process.env['BUZZER_LOG_LEVEL'] ?? 'error', ...env },
  )
