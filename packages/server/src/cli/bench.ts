import { InvalidArgumentError } from 'commander'
import { isLoopback } from '../config/loopback.ts'
import { loadServer, type Load } from './bench/load.ts'
import { addExamples, type Configure } from './command.ts'
import { CommandError, exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { fetchWhole } from './fetch-whole.ts'
import { hintAt } from './follow.ts'
import { readInput } from './read-input.ts'
import { showSpan } from './show-time.ts'
import { layOut } from './table.ts'
import { paint, writeJson, writeLine, type Output, type Terminal } from './terminal.ts'
import { createWorkLine } from './work-line.ts'

interface BenchFlags extends ServerFlags {
  readonly operation: string
  readonly connections: number
  readonly seconds: number
  readonly yes?: true
}

/** Bounds, so that it stays a small test of one's own server. */
const mostConnections = 256
const mostSeconds = 60

const upTo =
  (most: number) =>
  (text: string): number => {
    if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= most) return Number(text)
    throw new InvalidArgumentError(`Write a number from 1 to ${most}.`)
  }

export const configureBench: Configure = (command, { terminal, action }) => {
  command
    .argument('[input]', 'what each call is given: JSON, - for standard input, or @file')
    .requiredOption('--operation <name>', 'what is called; every call is a real job')
    .option('--connections <n>', 'calls at the same time', upTo(mostConnections), 32)
    .option('--seconds <n>', 'how long each of the two rounds lasts', upTo(mostSeconds), 5)
    .option('--yes', 'also where the server is on another machine')
  addServerOptions(command)
  addExamples(command, [
    [`buzzer bench --operation greet '{"name":"Ada"}'`, 'a server on this machine'],
    [`buzzer bench --operation greet '{"name":"Ada"}' --json`, 'for programs'],
  ]).action(action(bench(terminal)))
}

const bench =
  (terminal: Terminal) =>
  async (source: string | undefined, flags: BenchFlags): Promise<number> => {
    const { url, key } = await connect(flags, terminal)
    refuseElsewhere(url, flags)
    const input = await readInput(source, terminal)
    const call: Call = {
      url,
      path: `/v1/operations/${encodeURIComponent(flags.operation)}/jobs`,
      headers: {
        'buzzer-tags': 'bench',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(input === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: input === undefined ? null : JSON.stringify(input),
    }
    await tryOnce(call)
    const rounds = await measure(call, flags, terminal)
    const { connections, seconds, operation } = flags
    if (flags.json === true) {
      writeJson(terminal.stdout, { url, operation, connections, seconds, ...rounds })
      return exitCodes.done
    }
    for (const line of showRounds(terminal.stdout, rounds)) writeLine(terminal.stdout, line)
    hintAt(terminal, `${connections} connections to ${url}, ${seconds} s each, on one machine`)
    hintAt(terminal, 'The jobs are tagged: buzzer jobs list --tag bench')
    return exitCodes.done
  }

interface Call {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

function refuseElsewhere(url: string, { yes }: BenchFlags): void {
  const host = new URL(url).hostname.replaceAll(/[[\]]/g, '')
  if (yes === true || isLoopback(host)) return
  throw usageError(`${url} is another machine, which others may rely on.`, 'add --yes')
}

/** What is wrong with the call itself is better told once than a hundred thousand times. */
async function tryOnce({ url, path, headers, body }: Call): Promise<void> {
  const { response, text } = await fetchWhole(url, path, {
    method: 'POST',
    headers: { ...headers, prefer: 'respond-async' },
    body,
  })
  if (response.status === 202 || response.status === 503) return
  const problem = problemIn(text)
  throw new CommandError(`The server answers ${response.status} to such a call.`, {
    code: problem.code ?? 'refused',
    why: [problem.detail ?? text.slice(0, 200)],
    fix: 'look at --operation and at the input; buzzer openapi shows what can be called',
  })
}

function problemIn(text: string): { readonly code?: string; readonly detail?: string } {
  try {
    return JSON.parse(text) as { readonly code?: string; readonly detail?: string }
  } catch {
    return {}
  }
}

interface Rounds {
  /** From the call to its result. */
  readonly lives: Load
  /** From the call to its 202. */
  readonly accepts: Load
  /** How long it took to run what was only accepted; null where that took too long to wait for. */
  readonly drainMs: number | null
}

/** Whole lives first, because what is only accepted would be worked on meanwhile. */
async function measure(
  call: Call,
  { connections, seconds }: BenchFlags,
  terminal: Terminal,
): Promise<Rounds> {
  using line = createWorkLine(terminal.stderr)
  const signal = terminal.interrupt()
  const round = (what: string, prefer: string, wanted: readonly number[]): Promise<Load> =>
    loadServer({
      ...call,
      headers: { ...call.headers, prefer },
      connections,
      durationMs: seconds * 1_000,
      wanted,
      signal,
      onProgress: (share) => line.show(what, '', share),
    }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error
    })
  const lives = await round('whole lives', 'wait=30', [200, 201, 204])
  const accepts = await round('accepts', 'respond-async', [202])
  line.show('waiting until all have run')
  return { lives, accepts, drainMs: await drain(call, signal) }
}

/** A last job of the lowest priority runs after all others. */
async function drain(
  { url, path, headers, body }: Call,
  signal: AbortSignal,
): Promise<number | null> {
  const startedAt = performance.now()
  const { response } = await fetchWhole(url, path, {
    method: 'POST',
    headers: { ...headers, 'prefer': 'wait=60', 'buzzer-priority': '9' },
    body,
    signal,
  })
  return response.status === 202 || !response.ok ? null : performance.now() - startedAt
}

function showRounds(stream: Output, { lives, accepts, drainMs }: Rounds): readonly string[] {
  const dim = (text: string): string => paint(stream, 'dim', text)
  const row = (name: string, load: Load): readonly string[] => [
    paint(stream, 'bold', name),
    Math.round(load.perSecond).toLocaleString('en-US'),
    showMs(load.p50Ms),
    showMs(load.p99Ms),
    showMs(load.maxMs),
    load.done.toLocaleString('en-US'),
    showOthers(load),
  ]
  const head = ['', 'PER S', 'P50', 'P99', 'MAX', 'DONE', 'OTHERS'].map(dim)
  const left = drainMs === null ? 'does not run within a minute' : `ran ${showSpan(drainMs)} later`
  return [
    ...layOut([head, row('lives', lives), row('accepts', accepts)]),
    dim(`What was only accepted ${left}.`),
  ]
}

const showMs = (ms: number | null): string =>
  ms === null ? '-' : `${ms.toFixed(ms < 10 ? 2 : 0)} ms`

const showOthers = ({ others, failed }: Load): string =>
  [
    ...Object.entries(others).map(([status, count]) => `${count} × ${status}`),
    ...(failed === 0 ? [] : [`${failed} without an answer`]),
  ].join(', ') || '-'
