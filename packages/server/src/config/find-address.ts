import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { askThread, type ThreadAnswer } from './ask-thread.ts'
import { findFile } from './find-file.ts'
import { readDotEnv } from './read-dot-env.ts'
import { filled, readSettings } from './read-settings.ts'
import { localUrl } from './server-address.ts'
import { settings } from './settings.ts'

export interface ServerAddress {
  readonly url: string
  /** Why it may be another than what was meant; null where all could be read. */
  readonly problem: string | null
}

/** Somebody waits at the terminal for what this only helps to find. */
const patienceMs = 3_000

/**
 * Finds where a server that is started in this folder listens: as the environment says, the `.env`
 * beside the configuration, the configuration, or by default. What cannot be read is passed over.
 */
export async function findAddress(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServerAddress> {
  const found = await findFile(cwd, filled(env['BUZZER_CONFIG'])).catch(problemOf)
  const path = found instanceof Failure ? null : found
  const folder = path === null ? cwd : dirname(path)
  const dotEnv = await readDotEnv(folder)
  const read = path === null ? {} : await run(path, { ...dotEnv, ...env })
  const file = read instanceof Failure ? {} : read
  const { values, issues } = readSettings({ flags: {}, env, dotEnv, file, cwd, folder })
  const issue = issues.find(({ path: place }) => isOfAddress(place))
  const failure = [found, read].find((each) => each instanceof Failure)
  return {
    // A server that takes any port says itself which one it got.
    url: localUrl(values.host, values.port === 0 ? settings.port.fallback : values.port),
    problem: failure?.message ?? (issue === undefined ? null : `${issue.path}: ${issue.detail}`),
  }
}

const isOfAddress = (place: string): boolean => /^(?:BUZZER_)?(?:host|port)\b/i.test(place)

type Options = Readonly<Record<string, unknown>>

class Failure extends Error {
  override readonly name = 'Failure'
}

const problemOf = (error: unknown): Failure =>
  new Failure(error instanceof Error ? error.message : String(error), { cause: error })

/**
 * In a thread, because a configuration may do anything: it may never end, end the process, or write
 * to standard output, which belongs to the command.
 */
async function run(path: string, env: NodeJS.ProcessEnv): Promise<Options | Failure> {
  const answer = await askThread<Options>({
    name: 'configuration',
    script: new URL('./address-thread.ts', import.meta.url),
    workerData: pathToFileURL(path).href,
    env,
    stdout: true,
    stderr: true,
    patienceMs,
  })
  return answer.kind === 'told'
    ? answer.news
    : new Failure(`${basename(path)}: ${whyNotLoaded(answer)}`)
}

function whyNotLoaded(answer: Exclude<ThreadAnswer<Options>, { kind: 'told' }>): string {
  switch (answer.kind) {
    case 'late':
      return 'it takes too long to load'
    case 'ended':
      return 'it ends before it is loaded'
    case 'failed':
      return problemOf(answer.fault).message
  }
}
