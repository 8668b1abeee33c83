import { fanOutTopic } from '../../ports/bus.ts'
import type { FanOutEntry, FanOutMove, NewMessage } from '../../ports/fan-out.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import type { EngineContext } from '../context.ts'
import { createRepeater, type Repeater } from '../repeat.ts'
import { pieceMessage, prepareBatchMessage, prepareJobMessages } from './callback-messages.ts'
import { prepareChannelMessage } from './channel-messages.ts'
import { writeMessages } from './write-messages.ts'

/** Hints may be lost, so it also looks by itself this often, in milliseconds. */
const lookMs = 10_000
/** One step writes about so many deliveries at most, so that others get at the store in between. */
const deliveriesPerStep = 1_000
const mostEntries = 256
/** It grows with what the last steps made. */
const firstEntries = 8

/**
 * Goes along what happened with one cursor, and writes the deliveries of it with the moved cursor:
 * after a crash it goes on where the last commit left it, and none is written twice.
 */
export function createFanOut(ctx: EngineContext): Repeater {
  let limit = firstEntries
  const rhythm = { name: 'fan-out', everyMs: lookMs, topic: fanOutTopic }
  return createRepeater(ctx, rhythm, async () => {
    const page = await ctx.store.fanOut.read(limit)
    await ctx.subscribers.atLeast(page.revision)
    const { entries, lost, more, move } = page
    if (lost > 0) ctx.log.error({ events: lost }, 'events were gone before their delivery')
    // Also past what nobody wants any more, or it would be read again and again.
    if (isMoved(move)) limit = nextLimit(limit, entries.length, await write(ctx, page))
    return more ? 'more' : 'done'
  })
}

const isMoved = ({ from, to }: FanOutMove): boolean =>
  from.log !== to.log || from.offset !== to.offset || from.changes !== to.changes

/** @param made how many deliveries so many entries made */
function nextLimit(limit: number, entries: number, made: number): number {
  const perEntry = Math.max(1, made / Math.max(1, entries))
  const fitting = Math.floor(deliveriesPerStep / perEntry)
  return Math.max(1, Math.min(mostEntries, limit * 2, fitting))
}

type Page = Awaited<ReturnType<EngineContext['store']['fanOut']['read']>>

/** @returns how many deliveries it made */
async function write(ctx: EngineContext, { entries, move }: Page): Promise<number> {
  // What is read for them is read at the same time; they are written in the order of the log.
  const prepared = await Promise.all(entries.map((entry) => prepareSafely(ctx, entry)))
  const { made } = await writeMessages(ctx, move, (messages) => {
    for (const makeMessages of prepared) messages.push(...makeMessages())
  })
  return made
}

/** Makes the messages of one entry, without waiting for anything. */
type Prepared = () => readonly NewMessage[]

/** One that cannot be written must not hold up all that come behind it. */
async function prepareSafely(ctx: EngineContext, entry: FanOutEntry): Promise<Prepared> {
  const instead = (fault: unknown): readonly NewMessage[] => {
    if (fault instanceof StoreUnavailable) throw fault
    ctx.log.error(
      { err: fault, kind: entry.kind },
      'an event could not be written for its delivery',
    )
    return []
  }
  try {
    const prepared = await prepare(ctx, entry)
    return () => {
      try {
        return prepared()
      } catch (fault) {
        return instead(fault)
      }
    }
  } catch (fault) {
    const none = instead(fault)
    return () => none
  }
}

async function prepare(ctx: EngineContext, entry: FanOutEntry): Promise<Prepared> {
  switch (entry.kind) {
    case 'event':
      return listed(await prepareChannelMessage(ctx, entry))
    case 'batch':
      return listed(await prepareBatchMessage(ctx, entry))
    case 'job':
      return prepareJobMessages(ctx, entry)
    case 'piece':
      return () => [pieceMessage(ctx, entry)]
  }
}

const listed =
  (prepared: () => NewMessage | null): Prepared =>
  () => {
    const message = prepared()
    return message === null ? [] : [message]
  }
