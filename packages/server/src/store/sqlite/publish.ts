import type { NewEvent, Publication, Publish } from '../../ports/events.ts'
import type { Codec } from './codec.ts'
import { opcode } from './opcode.ts'
import { plain, type Handler, type Parts } from './parts.ts'

/** How many events there are; this where no channel was to be had. */
const none = -1

/** Appends events to a channel. */
export function createPublish({ published, clock }: Parts): Handler {
  return {
    writes: true,
    run(input, output) {
      const channel = published.open(input.text(), input.text())
      const history = { count: input.number(), ageMs: input.numberOrNull() }
      const count = input.number()
      output.value(channel === null ? none : count)
      if (channel === null) return
      published.keep(channel, history, clock.now())
      for (let index = 0; index < count; index += 1) {
        const event: NewEvent = {
          id: input.text(),
          source: input.textOrNull(),
          at: input.number(),
          text: input.text(),
        }
        const { offset, isNew } = published.append(channel, event)
        // The sign says whether it is new; offsets begin at 1.
        output.value(isNew ? offset : -offset)
      }
    },
  }
}

export const publishCodec: Codec<Publish, Publication> = {
  code: opcode.publish,
  write(output, { tenant, channel, history, events }) {
    output.value(tenant)
    output.value(channel)
    output.value(history.count)
    output.value(history.ageMs)
    output.value(events.length)
    for (const { id, source, at, text } of events) {
      output.value(id)
      output.value(source)
      output.value(at)
      output.value(text)
    }
  },
  read(input) {
    const count = input.number()
    if (count === none) return { kind: 'too-many-channels' }
    const places = Array.from({ length: count }, () => {
      const offset = input.number()
      return { offset: Math.abs(offset), isNew: offset > 0 }
    })
    return { kind: 'published', places }
  },
}

export interface ReserveRequest {
  readonly tenant: string
  readonly channel: string
  readonly count: number
}

/** Takes offsets for events that are not kept here. */
export const createReserve = ({ published, clock }: Parts): Handler =>
  plain(true, ({ tenant, channel: name, count }: ReserveRequest): number | null => {
    const channel = published.open(tenant, name)
    if (channel === null) return null
    published.keep(channel, { count: 0, ageMs: null }, clock.now())
    return published.reserve(channel, count)
  })
