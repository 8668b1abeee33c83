import { BuzzerError, ConnectionError } from '@buzzer/client'
import { pause } from '../pause.ts'
import { findChannels, presentOffset, type FoundChannels } from './find-channels.ts'
import { relayChannel, type Begin, type Relay } from './relay.ts'

export interface Everything {
  /** Null for what comes from now on. */
  readonly since: number | null
  /** How often it is looked for new channels. */
  readonly refreshMs: number
  /** Told at the first look what there is. */
  readonly onFound: (found: FoundChannels) => void
}

/** Relays whatever there is, and what is added while it does, until the signal ends it. */
export async function relayAll(relay: Relay, everything: Everything): Promise<void> {
  const startedAt = Date.now()
  const running = new Set<string>()
  const fault = Promise.withResolvers<never>()
  const gone = new Set<string>()
  const start = (channel: string, begin: Begin): void => {
    running.add(channel)
    void relayChannel(relay, channel, begin).catch((error: unknown) => {
      if (!isGone(error)) return fault.reject(error)
      // It may be declared again, and is found again then.
      running.delete(channel)
      if (!gone.has(channel)) relay.note(`${channel} is gone.`)
      gone.add(channel)
    })
  }
  const first = await findChannels(relay.client, relay.signal)
  everything.onFound(first)
  for (const channel of first.names) start(channel, { since: everything.since, past: null })
  const lookAgain = async (): Promise<void> => {
    const { names } = await findChannels(relay.client, relay.signal)
    for (const channel of names) {
      if (!running.has(channel))
        start(channel, await beginLate(relay, channel, everything, startedAt))
    }
  }
  const refresh = async (): Promise<never> => {
    for (;;) {
      await pause(everything.refreshMs, relay.signal)
      await lookAgain().catch(unlessConnection)
    }
  }
  await Promise.race([refresh(), fault.promise])
}

/** A server that restarts is asked again the next time. */
function unlessConnection(error: unknown): void {
  if (!(error instanceof ConnectionError)) throw error
}

/**
 * What was on a new channel before it was found has happened while we listened; what is older than
 * that is left from another time.
 */
async function beginLate(
  { client, cursors, signal }: Relay,
  channel: string,
  { since }: Everything,
  startedAt: number,
): Promise<Begin> {
  const known = cursors.get(channel) ?? since
  if (known !== null) return { since: known, past: null }
  const upTo = await presentOffset(client, channel, signal)
  return { since: 0, past: { upTo, before: startedAt } }
}

const isGone = (error: unknown): boolean =>
  error instanceof BuzzerError && error.code === 'channel-not-found'
