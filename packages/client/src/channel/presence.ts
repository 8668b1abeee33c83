import { readJson } from '../answer.ts'
import { unexpected } from '../error.ts'
import type { CallOptions } from '../job-handle.ts'
import { offsetIn } from '../socket/message.ts'
import { channelRequest, type ChannelRoute } from './channel-route.ts'

/** Who reads a channel. */
export interface Presence {
  /** By name, at most 1,000. */
  readonly members: readonly { readonly name: string; readonly since: string }[]
  /** How many there are in all. */
  readonly count: number
  /** The `since` with which a reader of `presence/{channel}` misses no change after this list. */
  readonly sequence: number
}

export const readPresence = (route: ChannelRoute, { signal }: CallOptions): Promise<Presence> =>
  route.transport.send(channelRequest(route, 'GET', '/presence', { signal }), readAnswer)

async function readAnswer(response: Response): Promise<Presence> {
  const { members, count, sequence } = (await readJson(response)) as Partial<Presence>
  const offset = offsetIn(sequence)
  if (Array.isArray(members) && typeof count === 'number' && offset !== null) {
    return { members: members as Presence['members'], count, sequence: offset }
  }
  throw unexpected(response.status, 'The answer does not say who is present.')
}
