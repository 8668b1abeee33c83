import type { EventDraft } from '../../core/event.ts'
import type { Millis } from '../../core/time.ts'
import type { EngineContext } from '../context.ts'
import { keyOf, presencePlace, type DeclaredPlace } from './place.ts'
import { publish } from './publish.ts'

/** Who reads a channel, among those who gave themselves a name. */
export interface Presence {
  /** Somebody began to read; disposed of when they end. */
  enter(place: DeclaredPlace, name: string): Disposable
  list(place: DeclaredPlace): Promise<Attendance>
  /** Nobody is told any more. */
  end(): void
}

export interface Attendance {
  /** By name, and not all where they are many. */
  readonly members: readonly Member[]
  readonly count: number
  /** The cursor of the presence channel with which a reader misses nothing that comes after. */
  readonly cursor: number
}

export interface Member {
  readonly name: string
  readonly since: Millis
}

interface Attending {
  readonly since: Millis
  streams: number
  /** Set while it may come back. */
  callOff: (() => void) | null
}

/** Somebody who comes back within this time was not away, in milliseconds. */
const graceMs = 5_000
const listedAtMost = 1_000
/** Names come from outside: more than these of one channel read without being counted. */
const namesAtMost = 100_000

export function createPresence(ctx: EngineContext): Presence {
  const rooms = new Map<string, Map<string, Attending>>()

  const tell = (place: DeclaredPlace, what: 'joined' | 'left', name: string): void => {
    const count = rooms.get(keyOf(place))?.size ?? 0
    const published = publish(ctx, presencePlace(place), [news(place, what, { name, count })])
    if (published instanceof Promise) {
      published.catch((fault: unknown) => {
        ctx.log.warn({ err: fault, channel: place.name }, 'a change of presence was not told')
      })
    }
  }

  const leave = (place: DeclaredPlace, name: string): void => {
    const room = rooms.get(keyOf(place))
    room?.delete(name)
    if (room?.size === 0) rooms.delete(keyOf(place))
    tell(place, 'left', name)
  }

  const arrive = (place: DeclaredPlace, name: string): Attending | null => {
    const room = rooms.get(keyOf(place)) ?? new Map<string, Attending>()
    rooms.set(keyOf(place), room)
    const known = room.get(name)
    if (known !== undefined) return known
    if (room.size >= namesAtMost) return null
    const attending = { since: ctx.clock.now(), streams: 0, callOff: null }
    room.set(name, attending)
    tell(place, 'joined', name)
    return attending
  }

  return {
    enter(place, name) {
      const attending = arrive(place, name)
      if (attending === null) return { [Symbol.dispose]() {} }
      attending.callOff?.()
      attending.callOff = null
      attending.streams += 1
      let isIn = true
      return {
        [Symbol.dispose]() {
          if (!isIn) return
          isIn = false
          attending.streams -= 1
          if (attending.streams > 0) return
          attending.callOff = ctx.clock.after(graceMs, () => leave(place, name))
        },
      }
    },
    async list(place) {
      using held = ctx.tails.hold(presencePlace(place))
      await held.tail.ready()
      const room = rooms.get(keyOf(place)) ?? new Map<string, Attending>()
      const names = [...room.keys()].toSorted().slice(0, listedAtMost)
      return {
        members: names.map((name) => ({ name, since: room.get(name)?.since ?? 0 })),
        count: room.size,
        cursor: held.tail.last,
      }
    },
    end() {
      for (const room of rooms.values()) for (const { callOff } of room.values()) callOff?.()
      rooms.clear()
    },
  }
}

const news = (
  { name: channel }: DeclaredPlace,
  what: 'joined' | 'left',
  value: { readonly name: string; readonly count: number },
): EventDraft => ({
  id: null,
  source: `/channels/${channel}`,
  type: `dev.buzzer.presence.${what}`,
  subject: value.name,
  time: null,
  datacontenttype: null,
  dataschema: null,
  traceparent: null,
  extensions: {},
  data: { kind: 'json', value, text: JSON.stringify(value) },
})
