import type { ChannelEvent } from './connection.ts'

/** The path of a channel in Buzzer's HTTP interface. */
export const pathOf = (channel: string, what: 'events' | 'presence'): string =>
  `/v1/channels/${encodeURIComponent(channel)}/${what}`

/** Asks by GET, and again every second where the network or Buzzer is not there. */
export async function ask<Body>(path: string): Promise<Body> {
  for (;;) {
    const response = await fetch(path, { headers: { accept: 'application/json' } }).catch(
      () => null,
    )
    if (response?.ok === true) return (await response.json()) as Body
    if (response !== null && response.status < 500 && response.status !== 429) {
      throw new Error(`${path} answered ${response.status}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

/** A page of a channel's events, as long polling gives them. */
export interface EventPage<Data> {
  readonly events: readonly ChannelEvent<Data>[]
  /** The cursor to go on with. */
  readonly next: string
}

/** The offset of a channel's last event: who asks without a cursor is told where "now" is. */
export async function askHead(channel: string): Promise<number> {
  const { next } = await ask<EventPage<unknown>>(pathOf(channel, 'events'))
  return Number(next)
}
