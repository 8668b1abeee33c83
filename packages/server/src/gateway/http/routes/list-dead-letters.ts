import {
  problemDocument,
  type DeadLetterGroup,
  type DeadLetterGroupsDocument,
} from '@buzzer/contract'
import { formatTime } from '../../../core/time.ts'
import type { ErrorGroup, GroupQuery } from '../../../ports/dead-letters.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readDeadLetterQuery } from '../request/dead-letter-query.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { jobList, tokenOfOneJob } from './list-jobs.ts'

/** The jobs that used up their attempts, newest first, or what they died of. */
export const listDeadLetters: Route = {
  method: 'GET',
  path: '/v1/dead-letters',
  scope: 'jobs:read',
  async handle(ctx, request) {
    if (request.caller.jobToken !== null) return refuse(ctx, request, tokenOfOneJob)
    const listing = readDeadLetterQuery(request)
    if (isProblem(listing)) return refuse(ctx, request, listing)
    return listing.kind === 'groups'
      ? listGroups(ctx, listing.query)
      : jobList(ctx, await ctx.engine.deadLetters.list(listing.query))
  },
}

/** The largest of the page first. */
async function listGroups(ctx: HttpContext, query: GroupQuery): Promise<Answer> {
  const { items, next } = await ctx.engine.deadLetters.groups(query)
  const groups = items.toSorted((a, b) => b.count - a.count).map(groupDocument(ctx.publicUrl()))
  const document: DeadLetterGroupsDocument = { groups, next }
  return json(200, document, { 'cache-control': 'no-store' })
}

const groupDocument =
  (publicUrl: string) =>
  ({ group, operation, error, count, oldestAt, newestAt, sample }: ErrorGroup): DeadLetterGroup => {
    const { code, title, detail } = problemDocument(error, publicUrl)
    const [oldest, newest] = [formatTime(oldestAt), formatTime(newestAt)]
    return { group, operation, code, title, detail, count, oldest, newest, sample }
  }
