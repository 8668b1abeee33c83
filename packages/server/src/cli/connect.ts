import { createClient, type Client } from '@buzzer/client'
import { parseExactly } from '@buzzer/contract'
import type { Command } from 'commander'
import { readDotEnv } from '../config/read-dot-env.ts'
import { findAddress } from '../config/find-address.ts'
import { filled } from '../config/read-settings.ts'
import { addCommonOptions, type CommonFlags } from './command.ts'
import { usageError } from './command-error.ts'
import { hintAt } from './follow.ts'
import type { Terminal } from './terminal.ts'

const exampleUrl = 'http://127.0.0.1:2899'

export interface ServerFlags extends CommonFlags {
  readonly url?: string
}

/** The options of commands that talk to a running server. */
export const addServerOptions = (command: Command): Command =>
  addCommonOptions(
    command.option(
      '--url <url>',
      'the server (default: BUZZER_URL, or where the configuration of this folder listens)',
    ),
  )

/** Any operation, because the command line does not know the server's types. */
export type AnyClient = Client<Record<string, { input: unknown; output: unknown }>>

export interface Connection {
  readonly client: AnyClient
  /** The server's address, without a trailing slash. */
  readonly url: string
  readonly key: string | null
}

/**
 * Finds out which server is meant; sends nothing.
 *
 * @param reconnects how many broken connections in a row a reader of events outlives
 */
export async function connect(
  flags: ServerFlags,
  terminal: Terminal,
  reconnects = 5,
): Promise<Connection> {
  const env = { ...(await readDotEnv(terminal.cwd)), ...terminal.env }
  const given = flags.url ?? filled(env['BUZZER_URL'])
  const url = given === undefined ? await ownUrl(flags, terminal) : readUrl(given)
  const key = filled(env['BUZZER_KEY']) ?? null
  // Few tries: somebody waits at the terminal and can press the key again.
  const client = createClient({
    url,
    key: key ?? undefined,
    retry: { attempts: 3, reconnects },
    parse: parseExactly,
  })
  return { client, url, key }
}

/** Where a server of this folder listens; a configuration that cannot be used stops no command. */
async function ownUrl({ json }: ServerFlags, terminal: Terminal): Promise<string> {
  const { url, problem } = await findAddress(terminal.cwd, terminal.env)
  if (problem !== null && json !== true)
    hintAt(terminal, `${problem}; ${url} is asked, and --url asks another`)
  return url
}

function readUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  throw usageError(`'${text}' is not the address of a server.`, `--url ${exampleUrl}`)
}
