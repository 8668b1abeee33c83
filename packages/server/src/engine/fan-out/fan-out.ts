import { fanOutTopic } from '../../ports/bus.ts'
import type { FanOutEntry, NewMessage } from '../../ports/fan-out.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import type { EngineContext } from '../context.ts'
import { createRepeater, type Repeater } from '../repeat.ts'
import { batchMessage, jobMessages, pieceMessage } from './callback-messages.ts'
import { channelMessage } from './channel-messages.ts'

/** Hints may be lost, so it also looks by itself this often, in milliseconds. */
const lookMs = 2_000
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
    const { entries, lost, more } = page
    if (lost > 0) ctx.log.error({ events: lost }, 'events were gone before their delivery')
    if (entries.length + lost > 0) limit = nextLimit(limit, entries.length, await write(ctx, page))
    return more ? 'more' : 'done'
  })
}

/** @param made how many deliveries so many entries made */
function nextLimit(limit: number, entries: number, made: number): number {
  const perEntry = Math.max(1, made / Math.max(1, entries))
  const fitting = Math.floor(deliveriesPerStep / perEntry)
  return Math.max(1, Math.min(mostEntries, limit * 2, fitting))
}

type Page = Awaited<ReturnType<EngineContext['store']['fanOut']['read']>>

/** @returns how many deliveries it made */
async function write(ctx: EngineContext, { entries, move }: Page): Promise<number> {
  const messages: NewMessage[] = []
  try {
    for (const entry of entries) messages.push(...(await messagesSafely(ctx, entry)))
    const createdAt = ctx.clock.now()
    const { skipped } = await ctx.store.fanOut.write({ move, createdAt, messages })
    ctx.dispatch.written(messages, new Set(skipped))
    return messages.reduce((sum, { deliveries }) => sum + deliveries.length, 0)
  } catch (fault) {
    ctx.dispatch.unwritten(messages)
    throw fault
  }
}

/** One that cannot be written must not hold up all that come behind it. */
async function messagesSafely(
  ctx: EngineContext,
  entry: FanOutEntry,
): Promise<readonly NewMessage[]> {
  try {
    return await messagesOf(ctx, entry)
  } catch (fault) {
    if (fault instanceof StoreUnavailable) throw fault
    ctx.log.error(
      { err: fault, kind: entry.kind },
      'an event could not be written for its delivery',
    )
    return []
  }
}

async function messagesOf(ctx: EngineContext, entry: FanOutEntry): Promise<readonly NewMessage[]> {
  switch (entry.kind) {
    case 'event':
      return listed(await channelMessage(ctx, entry))
    case 'batch':
      return listed(await batchMessage(ctx, entry))
    case 'job':
      return jobMessages(ctx, entry)
    case 'piece':
      return [pieceMessage(ctx, entry)]
  }
}

const listed = (message: NewMessage | null): readonly NewMessage[] =>
  message === null ? [] : [message]
