import { fanOutTopic } from '../../ports/bus.ts'
import type { FanOutEntry, NewMessage } from '../../ports/fan-out.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import type { EngineContext } from '../context.ts'
import { createRepeater, type Repeater } from '../repeat.ts'
import { batchMessage, jobMessages, pieceMessage } from './callback-messages.ts'
import { channelMessage } from './channel-messages.ts'

/** Hints may be lost, so it also looks by itself this often, in milliseconds. */
const lookMs = 2_000
const pageSize = 256

/**
 * Goes along what happened with one cursor, and writes the deliveries of it with the moved cursor:
 * after a crash it goes on where the last commit left it, and none is written twice.
 */
export const createFanOut = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'fan-out', everyMs: lookMs, topic: fanOutTopic }, async () => {
    const page = await ctx.store.fanOut.read(pageSize)
    await ctx.subscribers.atLeast(page.revision)
    if (page.lost > 0)
      ctx.log.error({ events: page.lost }, 'events were gone before their delivery')
    if (page.entries.length > 0 || page.lost > 0) await write(ctx, page)
    return page.more ? 'more' : 'done'
  })

type Page = Awaited<ReturnType<EngineContext['store']['fanOut']['read']>>

async function write(ctx: EngineContext, { entries, position }: Page): Promise<void> {
  const messages: NewMessage[] = []
  try {
    for (const entry of entries) messages.push(...(await messagesSafely(ctx, entry)))
    const createdAt = ctx.clock.now()
    const { skipped } = await ctx.store.fanOut.write({ position, createdAt, messages })
    ctx.dispatch.written(messages, new Set(skipped))
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
