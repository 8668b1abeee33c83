import type { Millis } from '../../../core/time.ts'
import { parseAhead, parseMoment } from './moment.ts'
import { isKey, isTag, maxTags } from './submission-headers.ts'

/** What an entry of a batch says about its job, as the headers of a single call do. */
export interface EntryOrder {
  readonly priority: number
  readonly key: string | null
  readonly tags: readonly string[]
  readonly notBefore: Millis | null
  readonly deadlineAt: Millis | null
  readonly idempotencyKey: string | null
}

/** Told what is wrong with which member. */
export type Complain = (member: string, detail: string) => void

type Members = Readonly<Record<string, unknown>>

/** Reads all that it can, and complains about each member that does not parse. */
export function readEntryOrder(entry: Members, now: Millis, complain: Complain): EntryOrder {
  return {
    priority: readPriority(entry['priority'], complain),
    key: readKey(entry['key'], complain),
    tags: readTags(entry['tags'], complain),
    notBefore: readStart(entry, now, complain),
    deadlineAt: readDeadline(entry['deadline'], now, complain),
    idempotencyKey: readIdempotencyKey(entry['idempotencyKey'], complain),
  }
}

const defaultPriority = 4

function readPriority(value: unknown, complain: Complain): number {
  if (value === undefined) return defaultPriority
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9) return Number(value)
  complain('priority', 'is not a whole number from 0 (first) to 9 (last)')
  return defaultPriority
}

function readKey(value: unknown, complain: Complain): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && isKey(value)) return value
  complain('key', 'is not a text of 1 to 255 visible ASCII characters')
  return null
}

function readTags(value: unknown, complain: Complain): readonly string[] {
  if (value === undefined) return []
  const isList = Array.isArray(value) && value.length <= maxTags
  if (isList && value.every((each) => typeof each === 'string' && isTag(each))) {
    return [...new Set(value as readonly string[])]
  }
  complain('tags', `is not a list of at most ${maxTags} texts of 1 to 64 characters`)
  return []
}

function readStart(entry: Members, now: Millis, complain: Complain): Millis | null {
  const { delay, runAt } = entry
  if (delay !== undefined && runAt !== undefined) {
    complain('runAt', 'says the same as `delay`; send one of them')
  }
  if (delay !== undefined) {
    const at = typeof delay === 'string' ? parseAhead(delay, now) : null
    if (at === null) complain('delay', 'is not a duration of at most 366d, such as 30s')
    return at
  }
  if (runAt === undefined) return null
  const at = typeof runAt === 'string' ? parseMoment(runAt, now) : null
  if (at === null) complain('runAt', 'is not a time of RFC 3339 at most 366d away')
  return at
}

function readDeadline(value: unknown, now: Millis, complain: Complain): Millis | null {
  if (value === undefined) return null
  const at = typeof value === 'string' ? (parseAhead(value, now) ?? parseMoment(value, now)) : null
  if (at === null) complain('deadline', 'is neither a duration such as 5m nor a time of RFC 3339')
  return at
}

function readIdempotencyKey(value: unknown, complain: Complain): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value)) return value
  complain('idempotencyKey', 'is not a text of 1 to 255 printable ASCII characters')
  return null
}
