import type { Command } from 'commander'
import { createReceiver, type Receiver } from '../app/receiver.ts'
import { addExamples, type Configure } from './command.ts'
import { exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import type { FoundChannels } from './listen/find-channels.ts'
import { createForward, type Forward } from './listen/forward.ts'
import { relayChannel, type Relay } from './listen/relay.ts'
import { relayAll } from './listen/relay-all.ts'
import { newSecret, secretOption } from './listen/sign.ts'
import { createTally, showSummary, type Tally } from './listen/tally.ts'
import { collectOption, durationOption, offsetOption, wholeOption } from './option-values.ts'
import { showCount } from './show-count.ts'
import { writeLine, type Terminal } from './terminal.ts'

interface ListenFlags extends ServerFlags {
  readonly forward?: string
  readonly events?: readonly string[]
  readonly since?: number
  readonly secret?: string
  readonly timeout: number
  readonly limit?: number
  readonly refresh: number
}

export const configureListen: Configure = (command, { terminal, action }) => {
  command.argument('[channels...]', 'their names (default: outcomes, and all that is declared)')
  addOptions(command)
  addServerOptions(command)
  addExamples(command, [
    ['buzzer listen', 'whatever happens, until Ctrl-C'],
    ['buzzer listen --forward localhost:3000/hook', 'and send it to the program you write'],
    ['buzzer listen operations/render-report --events job.failed', 'what fails'],
    ['buzzer listen quotes.ACME --since 0 --forward localhost:3000', 'all that is kept, once more'],
  ]).action(action(listen(terminal)))
}

const addOptions = (command: Command): Command =>
  command
    .option('--forward <url>', 'POST each event there, signed as a webhook is')
    .option(
      '--events <type>',
      'only these; may be repeated, * at its end for any rest',
      collectOption,
    )
    .option(
      '--since <offset>',
      'begin after it; 0 for all that is kept (default: now)',
      offsetOption,
    )
    .option('--secret <secret>', 'whsec_…, which signs (default: a new one)', secretOption)
    .option('--timeout <duration>', 'how long the receiver may take', durationOption, 15_000)
    .option('--limit <count>', 'end after so many events', wholeOption)
    .option('--refresh <duration>', 'look for new channels so often', durationOption, 10_000)

const listen =
  (terminal: Terminal) =>
  async (channels: readonly string[], flags: ListenFlags): Promise<number> => {
    const { client } = await connect(flags, terminal, 2)
    await using receiver = flags.forward === undefined ? null : openReceiver(flags.forward, flags)
    const interrupt = terminal.interrupt()
    const enough = new AbortController()
    const tally = createTally(flags.limit ?? Infinity)
    const isJson = flags.json === true
    const note = (text: string): void => {
      if (!isJson) hintAt(terminal, text)
    }
    const relay: Relay = {
      client,
      terminal,
      isJson,
      types: flags.events ?? null,
      forward: receiver === null ? null : forwardTo(receiver, flags, terminal, note),
      tally,
      note,
      signal: AbortSignal.any([interrupt, enough.signal]),
      onEnough: () => enough.abort(),
      cursors: new Map(),
    }
    try {
      await relayThose(relay, channels, flags)
    } catch (error) {
      if (!relay.signal.aborted) throw error
    } finally {
      // Those that still read would keep the process.
      enough.abort()
    }
    tellSummary(terminal, tally, flags)
    if (interrupt.aborted) throw interrupt.reason
    return exitCodes.done
  }

function relayThose(
  relay: Relay,
  channels: readonly string[],
  flags: ListenFlags,
): Promise<unknown> {
  const since = flags.since ?? null
  if (channels.length > 0) {
    const begin = { since, past: null }
    relay.note(`Listening to ${channels.join(', ')}.`)
    return Promise.all([...new Set(channels)].map((name) => relayChannel(relay, name, begin)))
  }
  return relayAll(relay, {
    since,
    refreshMs: flags.refresh,
    onFound: (found) => noteFound(relay, found),
  })
}

/** What a pattern stands for nobody can list, so that those channels have to be named. */
function noteFound({ note }: Relay, { names, patterns }: FoundChannels): void {
  note(`Listening to ${showCount(names.size, 'channel')}.`)
  if (patterns.length === 0) return
  const [example = ''] = patterns
  const named = example.replaceAll(/\{\w+\}/g, '1')
  note(`Not to those of ${patterns.join(', ')}: name them, such as buzzer listen ${named}`)
}

/** Without its scheme it is plain HTTP, as a program on this machine speaks it. */
function openReceiver(given: string, { timeout }: ListenFlags): Receiver {
  const text = given.includes('://') ? given : `http://${given}`
  if (!/^https?:/i.test(text) || !URL.canParse(text)) throw noReceiver(given)
  const receiver = createReceiver(new URL(text), timeout)
  if (receiver.problem !== null) throw noReceiver(given, receiver.problem)
  return receiver
}

const noReceiver = (given: string, why = 'It is no http or https URL.') =>
  usageError(
    `Nothing can be forwarded to '${given}': ${why}`,
    '--forward http://localhost:3000/hook',
  )

function forwardTo(
  receiver: Receiver,
  { forward = '', secret: given, json }: ListenFlags,
  { stderr }: Terminal,
  note: (text: string) => void,
): Forward {
  const secret = given ?? newSecret()
  // Whoever gave one has it; one that was made for this once is needed by the receiver.
  if (given === undefined && json === true) writeLine(stderr, JSON.stringify({ secret }))
  note(`Forwarding to ${forward}, signed with ${given === undefined ? secret : '--secret'}.`)
  return createForward(receiver, secret, note)
}

function tellSummary({ stderr }: Terminal, { summary }: Tally, flags: ListenFlags): void {
  if (flags.json !== true) writeLine(stderr, showSummary(summary, flags.forward !== undefined))
}
