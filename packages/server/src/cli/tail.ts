import { isReset, type ChannelItem, type Protocol } from '@buzzer/client'
import { formatSequence } from '@buzzer/contract'
import { Option } from 'commander'
import { once } from 'node:events'
import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { offsetOption, wholeOption } from './option-values.ts'
import { readLong, type LongReading } from './read-long.ts'
import { cloudEventOf, showChannelEvent } from './show-channel-event.ts'
import { paint, writeLine, type Terminal } from './terminal.ts'

interface TailFlags extends ServerFlags {
  readonly since?: number
  readonly limit?: number
  readonly protocol?: Protocol
  readonly as?: string
}

export const configureTail: Configure = (command, { terminal, action }) => {
  command
    .argument('<channel>', 'its name')
    .option(
      '--since <offset>',
      'begin after it; 0 for all that is kept (default: now)',
      offsetOption,
    )
    .option('--limit <count>', 'end after so many events', wholeOption)
    .addOption(
      new Option('--protocol <protocol>', 'use no other (default: what comes through)').choices([
        'ws',
        'sse',
        'poll',
      ]),
    )
    .option('--as <name>', 'be present under that name')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer tail quotes.ACME', 'what comes from now on, until Ctrl-C'],
    ['buzzer tail quotes.ACME --since 0 --limit 10', 'the ten oldest that are kept'],
    ['buzzer tail quotes.ACME --json | jq .data', 'one CloudEvent a line'],
  ]).action(action(tail(terminal)))
}

const tail =
  (terminal: Terminal) =>
  async (name: string, flags: TailFlags): Promise<number> => {
    const { client } = await connect(flags, terminal, 2)
    const signal = terminal.interrupt()
    const limit = flags.limit ?? Infinity
    let shown = 0
    try {
      for await (const item of readLong(client.channel(name), reading(flags, signal, terminal))) {
        await showItem(item, flags.json === true, terminal, signal)
        shown += isReset(item) ? 0 : 1
        if (shown >= limit) break
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
    return exitCodes.done
  }

const reading = (
  { since, protocol, as, json }: TailFlags,
  signal: AbortSignal,
  terminal: Terminal,
): LongReading => ({
  since: since ?? null,
  signal,
  as,
  protocols: protocol === undefined ? undefined : [protocol],
  onWaiting() {
    if (json !== true) hintAt(terminal, 'connecting again …')
  },
})

async function showItem(
  item: ChannelItem,
  isJson: boolean,
  { stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  if (isReset(item)) {
    const { oldest } = item
    if (isJson)
      return writeLine(stderr, JSON.stringify({ reset: { oldest: formatSequence(oldest) } }))
    const line = `reset: what came before offset ${oldest} is not kept any more`
    return writeLine(stderr, paint(stderr, 'yellow', line))
  }
  const line = isJson ? JSON.stringify(cloudEventOf(item)) : showChannelEvent(stdout, item)
  // Who reads slowly slows the server down, instead of filling the memory in between.
  if (!stdout.write(`${line}\n`)) await once(stdout, 'drain', { signal })
}
