import type { ServerRequest, Transport } from '../transport.ts'

/** One channel as the server's address space has it. */
export interface ChannelRoute {
  readonly transport: Transport
  /** With its segments divided by dots. */
  readonly name: string
  /** Under which name the reader is present. */
  readonly as?: string | undefined
}

/**
 * Dots and slashes mean the same, and dots need no escape in an address.
 *
 * @throws TypeError where it is empty
 */
export function channelName(name: string): string {
  if (name === '') throw new TypeError('A channel has a name; this one is empty')
  return name.replaceAll('/', '.')
}

export const channelRequest = (
  { name }: ChannelRoute,
  method: 'GET' | 'POST',
  suffix: `/${string}`,
  options: Partial<ServerRequest> = {},
): ServerRequest => ({
  headers: new Headers(),
  repeatable: true,
  ...options,
  method,
  path: `/v1/channels/${encodeURIComponent(name)}${suffix}`,
})

/**
 * Reads where a reader wants to begin.
 *
 * @returns null for what comes from now on
 * @throws TypeError where it is no offset
 */
export function sinceOf(since: number | string | null | undefined): number | null {
  if (since === undefined || since === null) return null
  const offset = /^\d{1,16}$/.test(String(since)) ? Number(since) : Number.NaN
  if (Number.isSafeInteger(offset)) return offset
  const shown = typeof since === 'string' ? JSON.stringify(since) : String(since)
  throw new TypeError(`since is ${shown}, which is no offset: give 0, a sequence or a cursor`)
}
