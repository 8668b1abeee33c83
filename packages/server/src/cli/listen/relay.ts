import { isReset, type ChannelEvent, type ChannelItem } from '@buzzer/client'
import { once } from 'node:events'
import type { AnyClient } from '../connect.ts'
import { readLong } from '../read-long.ts'
import { writeLine, paint, type Terminal } from '../terminal.ts'
import type { Forward } from './forward.ts'
import { relayedJson, shortType, showRelayed, type Relayed } from './show-relayed.ts'
import type { Tally } from './tally.ts'

export interface Relay {
  readonly client: AnyClient
  readonly terminal: Terminal
  readonly isJson: boolean
  /** Types, with `*` at the end for any rest; null for all. */
  readonly types: readonly string[] | null
  /** Null where events are only printed. */
  readonly forward: Forward | null
  readonly tally: Tally
  readonly note: (text: string) => void
  readonly signal: AbortSignal
  /** Called when the tally is full: it ends all of them. */
  readonly onEnough: () => void
  /** How far each channel was read. */
  readonly cursors: Map<string, number>
}

export interface Begin {
  /** After this offset; null for what comes from now on. */
  readonly since: number | null
  /** What is passed over: up to that offset, what is older than that (milliseconds since 1970). */
  readonly past: { readonly upTo: number; readonly before: number } | null
}

/**
 * Prints the events of one channel and sends them on, one after the other, until there were enough.
 *
 * @throws BuzzerError where there is no such channel; the reason of the signal
 */
export async function relayChannel(relay: Relay, channel: string, begin: Begin): Promise<void> {
  const { client, signal, cursors, note } = relay
  const reading = readLong(client.channel(channel), {
    since: begin.since,
    signal,
    onWaiting: () => note('connecting again …'),
    onCursor: (cursor) => cursor !== null && cursors.set(channel, cursor),
  })
  for await (const item of reading) {
    if (isReset(item)) tellReset(relay, channel, item.oldest)
    else if (isWanted(relay, item, begin)) await relayEvent(relay, channel, item)
    if (relay.tally.isDone) return relay.onEnough()
  }
}

const isWanted = ({ types }: Relay, event: ChannelEvent, begin: Begin): boolean =>
  !isPast(event, begin) && (types === null || types.some((pattern) => fits(pattern, event.type)))

const isPast = ({ sequence, time }: ChannelEvent, { past }: Begin): boolean =>
  past !== null && sequence <= past.upTo && Date.parse(time) < past.before

const fits = (pattern: string, type: string): boolean =>
  [type, shortType(type)].some((name) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )

async function relayEvent(relay: Relay, channel: string, event: ChannelEvent): Promise<void> {
  const { forward, tally, signal } = relay
  if (!tally.take()) return
  const forwarded = (await forward?.(channel, event, signal)) ?? null
  if (forwarded !== null) tally.count(forwarded)
  await write(relay, { channel, event, forwarded })
  tally.end()
}

async function write({ terminal, isJson, signal }: Relay, relayed: Relayed): Promise<void> {
  const { stdout } = terminal
  const line = isJson ? JSON.stringify(relayedJson(relayed)) : showRelayed(stdout, relayed)
  // Who reads slowly slows the server down, instead of filling the memory in between.
  if (!stdout.write(`${line}\n`)) await once(stdout, 'drain', { signal })
}

function tellReset(
  { terminal: { stderr }, isJson }: Relay,
  channel: string,
  oldest: Extract<ChannelItem, { oldest: number }>['oldest'],
): void {
  if (isJson) return writeLine(stderr, JSON.stringify({ channel, reset: { oldest } }))
  const text = `${channel}: what came before offset ${oldest} is not kept any more`
  writeLine(stderr, paint(stderr, 'yellow', text))
}
