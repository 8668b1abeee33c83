import type { Problem } from '@buzzer/contract'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { readDeadLetterFilter } from '../request/dead-letter-filter.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Runs the dead letters that a filter names again, from the newest on. */
export const retryDeadLetters: Route = {
  method: 'POST',
  path: '/v1/dead-letters/retry',
  scope: 'jobs:admin',
  handle: (ctx, request) =>
    steerAll(ctx, request, async (id) => {
      const answer = await ctx.engine.retry(request.caller, id)
      return answer.kind === 'changed'
    }),
}

/** Erases the dead letters that a filter names. */
export const discardDeadLetters: Route = {
  method: 'POST',
  path: '/v1/dead-letters/discard',
  scope: 'jobs:admin',
  handle: (ctx, request) =>
    steerAll(ctx, request, async (id) => (await ctx.engine.erase(request.caller, id)) === null),
}

type JobIdOf = Parameters<HttpContext['engine']['retry']>[1]

async function steerAll(
  ctx: HttpContext,
  request: HttpRequest,
  steer: (id: JobIdOf) => Promise<boolean>,
): Promise<Answer> {
  const filter = readDeadLetterFilter(request)
  if (isProblem(filter)) return refuse(ctx, request, filter satisfies Problem)
  let count = 0
  let cursor: string | null = null
  do {
    // The next page is read before this one changes, so that it is found from where it was.
    const page: Awaited<ReturnType<typeof ctx.engine.list>> = await ctx.engine.list({
      ...filter,
      cursor,
    })
    const done = await Promise.all(page.items.map(({ id }) => steer(id)))
    count += done.filter(Boolean).length
    cursor = page.next
  } while (cursor !== null)
  return json(200, { count })
}
