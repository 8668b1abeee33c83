import type {
  DeadLetterCount,
  DeadLetterGroup,
  DeadLetterGroupsDocument,
  JobListDocument,
} from '@buzzer/contract'
import { readJson } from './answer.ts'
import { unexpected } from './error.ts'
import type { CallOptions } from './job-handle.ts'
import { readList, type PageOptions } from './jobs.ts'
import { once, query, request, withBody } from './request.ts'
import type { Transport } from './transport.ts'

/** Which dead letters; what is left out narrows nothing. */
export interface DeadLetterFilter {
  readonly operation?: string | undefined
  /** Of the error. */
  readonly code?: string | undefined
  /** As `groups()` names it. */
  readonly group?: string | undefined
  readonly tag?: string | undefined
  readonly after?: Date | undefined
  readonly before?: Date | undefined
  readonly ids?: readonly string[] | undefined
}

export interface RetryDeadLettersOptions extends CallOptions {
  /** So many are due a second, a minute or an hour, such as `50/s`; without it all at once. */
  readonly rate?: string | undefined
  /** At most so many, the oldest first. Default, and the most that one call takes: 100,000. */
  readonly limit?: number | undefined
}

/** What a discard means: a filter, or all of them said in so many words. */
export type DiscardFilter = DeadLetterFilter | { readonly all: true }

/** Jobs that used up their attempts. Everything rejects with a `BuzzerError` where refused. */
export interface DeadLetters {
  /** Newest first. */
  list(options?: DeadLetterFilter & PageOptions): Promise<JobListDocument>
  /** What they died of: one group for each fault, the largest of a page first. */
  groups(
    options?: Pick<DeadLetterFilter, 'operation' | 'code'> & PageOptions,
  ): Promise<DeadLetterGroupsDocument>
  /** Runs them again, the oldest first; all of them without a filter. */
  retry(filter?: DeadLetterFilter, options?: RetryDeadLettersOptions): Promise<DeadLetterCount>
  /** Erases them for good, the oldest first. */
  discard(
    filter: DiscardFilter,
    options?: Omit<RetryDeadLettersOptions, 'rate'>,
  ): Promise<DeadLetterCount>
}

export function createDeadLetters(transport: Transport): DeadLetters {
  // Sent once only: a second retry could start further runs, if the first failed at once.
  const act = (
    verb: 'retry' | 'discard',
    filter: DeadLetterFilter | DiscardFilter,
    { signal, ...how }: RetryDeadLettersOptions,
  ): Promise<DeadLetterCount> => {
    const post = once('POST', `/v1/dead-letters/${verb}`, { signal })
    return transport.send(withBody(post, { ...filter, ...how }), readCount)
  }
  return {
    list: (options = {}) =>
      transport.send(request('GET', `/v1/dead-letters${query(options)}`, options), readList),
    groups(options = {}) {
      const narrowed = query({ ...options, groupBy: 'error' })
      return transport.send(request('GET', `/v1/dead-letters${narrowed}`, options), readGroups)
    },
    retry: (filter = {}, options = {}) => act('retry', filter, options),
    discard: (filter, options = {}) => act('discard', filter, options),
  }
}

async function readCount(response: Response): Promise<DeadLetterCount> {
  const answer = (await readJson(response)) as Partial<DeadLetterCount>
  const { count } = answer
  if (typeof count !== 'number') throw unexpected(response.status, 'The answer has no count.')
  return { ...answer, count }
}

async function readGroups(response: Response): Promise<DeadLetterGroupsDocument> {
  const value = (await readJson(response)) as { groups?: DeadLetterGroup[]; next?: string | null }
  if (!Array.isArray(value.groups)) {
    throw unexpected(response.status, 'The answer is not a list of groups.')
  }
  return { groups: value.groups, next: value.next ?? null }
}
