import type { CloudEvent } from '@buzzer/contract'

/** The events of one channel, as far as they are kept. */
export interface FakeChannel {
  readonly name: string
  readonly last: number
  readonly oldest: number
  readonly watchers: Set<() => void>
  publish(event: Partial<CloudEvent>): CloudEvent
  /** Forgets what lies below that offset. */
  trim(oldest: number): void
  /** Starts anew, as a server does whose backup was restored. */
  restore(last: number): void
  /**
   * What a reader gets next.
   *
   * @returns the events above the cursor, and the oldest offset where the cursor cannot be served
   */
  after(cursor: number): { readonly events: readonly CloudEvent[]; readonly reset: number | null }
}

export function createFakeChannel(name: string): FakeChannel {
  let events: CloudEvent[] = []
  let last = 0
  let oldest = 1
  const watchers = new Set<() => void>()
  const sequenceOf = ({ sequence }: CloudEvent): number => Number(sequence)
  const wake = (): void => {
    for (const watcher of watchers) watcher()
  }
  return {
    name,
    watchers,
    get last() {
      return last
    },
    get oldest() {
      return oldest
    },
    publish(given) {
      const known = events.find(({ id, source }) => id === given.id && source === given.source)
      if (known !== undefined) return known
      const event: CloudEvent = {
        specversion: '1.0',
        id: `evt_${last + 1}`,
        source: `/channels/${name}`,
        type: 'thing',
        time: '2026-11-20T10:00:00.000Z',
        ...given,
        sequence: paddedOffset((last += 1)),
      }
      events.push(event)
      wake()
      return event
    },
    trim(from) {
      oldest = Math.max(oldest, Math.min(from, last + 1))
      events = events.filter((event) => sequenceOf(event) >= oldest)
    },
    restore(to) {
      last = to
      oldest = to + 1
      events = []
      wake()
    },
    after(cursor) {
      const isLost = cursor < oldest - 1 || cursor > last
      const from = isLost ? oldest - 1 : cursor
      const left = events.filter((event) => sequenceOf(event) > from)
      return { events: left, reset: isLost ? oldest : null }
    },
  }
}

export const paddedOffset = (offset: number): string => String(offset).padStart(16, '0')
