import type { Problem } from '@buzzer/contract'
import type { IncomingHttpHeaders } from 'node:http'
import type { Trace } from '../../../core/job.ts'
import type { Millis } from '../../../core/time.ts'
import { boundedState, parseTraceparent } from '../../../core/trace.ts'
import { isProblem } from '../answer/problem.ts'
import { invalidHeader } from './header-problem.ts'
import { parseAhead, parseMoment } from './moment.ts'
import { callbackHeaders, isOwnHeader, submissionHeaders } from './own-headers.ts'

/** What the headers of a submission say about the job. */
export interface SubmissionHeaders {
  readonly priority: number
  readonly key: string | null
  readonly tags: readonly string[]
  readonly notBefore: Millis | null
  readonly deadlineAt: Millis | null
}

export const defaultPriority = 4
const maxKeyLength = 255
export const maxTags = 20
const tag = /^[\x21-\x2b\x2d-\x7e][\x20-\x2b\x2d-\x7e]{0,63}$/

export const isTag = (text: string): boolean => tag.test(text)
export const isKey = (text: string): boolean =>
  text.length >= 1 && text.length <= maxKeyLength && /^[\x21-\x7e]+$/.test(text)

const plain: SubmissionHeaders = {
  priority: defaultPriority,
  key: null,
  tags: [],
  notBefore: null,
  deadlineAt: null,
}

/** One that does not parse, or that is ours and not known, is refused and never ignored. */
export function readSubmissionHeaders(
  headers: IncomingHttpHeaders,
  now: Millis,
): SubmissionHeaders | Problem {
  const own = Object.keys(headers).filter(isOwnHeader)
  if (own.length === 0) return plain
  const unknown = own.map(refuseUnknown).find((problem) => problem !== null)
  return unknown ?? readAll((name) => headers[name]?.toString().trim(), now)
}

function refuseUnknown(name: string): Problem | null {
  if ((submissionHeaders as readonly string[]).includes(name)) return null
  if ((callbackHeaders as readonly string[]).includes(name)) return null
  const known = [...submissionHeaders, ...callbackHeaders].join(', ')
  return invalidHeader(name, `is not a header of ours; there are ${known}`)
}

type Read = (name: (typeof submissionHeaders)[number]) => string | undefined

function readAll(read: Read, now: Millis): SubmissionHeaders | Problem {
  const priority = readPriority(read('buzzer-priority'))
  if (isProblem(priority)) return priority
  const key = readKey(read('buzzer-key'))
  if (isProblem(key)) return key
  const tags = readTags(read('buzzer-tags'))
  if (isProblem(tags)) return tags
  const times = readTimes(read, now)
  return isProblem(times) ? times : { priority, key, tags, ...times }
}

function readPriority(text: string | undefined): number | Problem {
  if (text === undefined) return defaultPriority
  if (/^\d$/.test(text)) return Number(text)
  return invalidHeader('Buzzer-Priority', 'takes one digit from 0 (first) to 9 (last)')
}

function readKey(text: string | undefined): string | null | Problem {
  if (text === undefined) return null
  if (isKey(text)) return text
  return invalidHeader('Buzzer-Key', `takes 1 to ${maxKeyLength} visible ASCII characters`)
}

function readTags(text: string | undefined): readonly string[] | Problem {
  if (text === undefined) return []
  const tags = text.split(',').map((part) => part.trim())
  if (tags.length <= maxTags && tags.every(isTag)) return [...new Set(tags)]
  return invalidHeader(
    'Buzzer-Tags',
    `takes at most ${maxTags} tags of 1 to 64 characters, divided by commas`,
  )
}

/**
 * A deadline may have passed, or come before the job may begin: the job then fails by it. A call
 * that is repeated with its key long after is the same call still, and not refused.
 */
function readTimes(
  read: Read,
  now: Millis,
): Pick<SubmissionHeaders, 'notBefore' | 'deadlineAt'> | Problem {
  const notBefore = readStart(read('buzzer-delay'), read('buzzer-run-at'), now)
  if (isProblem(notBefore)) return notBefore
  const deadlineAt = readDeadline(read('buzzer-deadline'), now)
  return isProblem(deadlineAt) ? deadlineAt : { notBefore, deadlineAt }
}

function readStart(
  delay: string | undefined,
  runAt: string | undefined,
  now: Millis,
): Millis | null | Problem {
  if (delay !== undefined && runAt !== undefined) {
    return invalidHeader('Buzzer-Delay', 'and Buzzer-Run-At say the same thing; send one of them')
  }
  if (delay !== undefined) {
    return (
      parseAhead(delay, now) ??
      invalidHeader('Buzzer-Delay', 'takes a duration of at most 366d, such as 30s, 5m or 2h')
    )
  }
  if (runAt === undefined) return null
  return (
    parseMoment(runAt, now) ??
    invalidHeader(
      'Buzzer-Run-At',
      `takes a time of RFC 3339 at most 366d away, such as ${exampleOf(now)}`,
    )
  )
}

const readDeadline = (text: string | undefined, now: Millis): Millis | null | Problem => {
  if (text === undefined) return null
  return (
    parseAhead(text, now) ??
    parseMoment(text, now) ??
    invalidHeader(
      'Buzzer-Deadline',
      `takes a duration such as 5m, or a time such as ${exampleOf(now)}`,
    )
  )
}

/** A time that would be taken, tomorrow. */
const exampleOf = (now: Millis): string =>
  new Date(now + 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z')

/** W3C Trace Context: one that is not valid is as if there were none. */
export function readTrace(headers: IncomingHttpHeaders): Trace | null {
  const traceparent = headers['traceparent']?.toString()
  if (traceparent === undefined || parseTraceparent(traceparent) === null) return null
  const tracestate = headers['tracestate']?.toString()
  return {
    traceparent: traceparent.trim(),
    tracestate: tracestate === undefined ? null : boundedState(tracestate),
  }
}
