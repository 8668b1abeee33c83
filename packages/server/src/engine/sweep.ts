import type { Millis } from '../core/time.ts'
import type { EngineContext } from './context.ts'
import { createRepeater, type Repeater } from './repeat.ts'

const sweepMs = 60_000
const sweepPage = 200

/**
 * How long after the commit that removed its last mention a blob stays: a backup has that long to
 * take along what the rows that it copied name.
 */
export const graceMs = 600_000

/** How old a blob that no row names has to be; above all, older than any attempt may run. */
const orphanMs = 3_600_000
/** What a crash left is looked for at the start and then this often. */
const orphansEveryMs = 3_600_000

/** Removes blobs that no row names any more, and those that none has come to name. */
export function createSweeper(ctx: EngineContext): Repeater {
  let orphansDueAt: Millis = 0
  let after = ''

  const removeAll = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await ctx.store.blobs.remove(id)
  }

  const emptyTrash = async (): Promise<boolean> => {
    const { mentions } = ctx.store
    const ids = await mentions.trashed(ctx.clock.now() - graceMs, sweepPage)
    if (ids.length === 0) return false
    await removeAll(ids)
    await mentions.forget(ids)
    return ids.length === sweepPage
  }

  const removeOrphans = async (): Promise<boolean> => {
    const now = ctx.clock.now()
    if (now < orphansDueAt) return false
    const { blobs, mentions } = ctx.store
    const ids = await blobs.writtenBefore(now - orphanAgeMs(ctx), after, sweepPage)
    const known = new Set(ids.length === 0 ? [] : await mentions.known(ids))
    const orphans = ids.filter((id) => !known.has(id))
    await removeAll(orphans)
    if (orphans.length > 0) ctx.log.info({ blobs: orphans.length }, 'removed what no job names')
    const more = ids.length === sweepPage
    after = more ? (ids.at(-1) ?? '') : ''
    if (!more) orphansDueAt = now + orphansEveryMs
    return more
  }

  return createRepeater(ctx, { name: 'sweep', everyMs: sweepMs, topic: null }, async () => {
    const more = [await emptyTrash(), await removeOrphans()]
    return more.includes(true) ? 'more' : 'done'
  })
}

/** A result is written before its attempt is recorded, which is tried for as long as that may run. */
const orphanAgeMs = ({ catalog }: EngineContext): Millis =>
  catalog.operations().reduce((age, { policies }) => Math.max(age, policies.timeoutMs), 0) +
  orphanMs
