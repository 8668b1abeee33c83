import type { JobDocument, JobListDocument } from '@buzzer/contract'
import { JobListSchema } from '@buzzer/contract'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
const jobs: JobDocument[] = []

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      good: operation({ run: () => null }),
      bad: operation({
        run() {
          throw new TerminalError('no')
        },
      }),
    },
  })
  const headers = [
    ['good', { 'buzzer-tags': 'red' }],
    ['bad', { 'buzzer-tags': 'red,round' }],
    ['good', { 'buzzer-tags': 'blue,two words' }],
    ['good', { 'buzzer-delay': '1h' }],
    ['bad', { 'buzzer-tags': 'reddish' }],
  ] as const
  for (const [name, options] of headers) {
    const { id } = await submit(server.url, name, undefined, options)
    const job = 'buzzer-delay' in options ? await submitted(id) : await ended(server.url, id)
    jobs.push(job)
    // The next one is of a later millisecond, so that times can divide them.
    while (Date.now() <= Date.parse(job.createdAt)) await call(server.url, 'GET /healthz')
  }
})
afterAll(() => server[Symbol.asyncDispose]())

const submitted = async (id: string): Promise<JobDocument> =>
  (await call(server.url, `GET /v1/jobs/${id}`)).json<JobDocument>()

async function list(query: string): Promise<JobListDocument> {
  const answer = await call(server.url, `GET /v1/jobs${query}`)
  expect(answer.status, answer.text).toBe(200)
  const page = answer.json<JobListDocument>()
  expect([...Value.Errors(JobListSchema, page)], answer.text).toEqual([])
  return page
}

/** Which of the five, by their number in the order of their making. */
const numbers = ({ jobs: page }: JobListDocument): readonly number[] =>
  page.map(({ id }) => jobs.findIndex((job) => job.id === id))

const filters: readonly (readonly [() => string, readonly number[]])[] = [
  [() => '', [4, 3, 2, 1, 0]],
  [() => '?operation=good', [3, 2, 0]],
  [() => '?operation=nobody', []],
  [() => '?state=failed', [4, 1]],
  [() => '?state=queued', [3]],
  [() => '?state=queued,failed', [4, 3, 1]],
  [() => '?state=queued&state=failed', [4, 3, 1]],
  [() => '?state=succeeded&operation=bad', []],
  [() => '?tag=red', [1, 0]],
  [() => '?tag=round', [1]],
  [() => '?tag=two%20words', [2]],
  [() => '?tag=two+words', [2]],
  [() => '?tag=re', []],
  [() => '?tag=red&state=failed&operation=bad', [1]],
  [() => `?after=${jobs[2]?.createdAt}`, [4, 3]],
  [() => `?before=${jobs[2]?.createdAt}`, [1, 0]],
  [() => `?after=${jobs[0]?.createdAt}&before=${jobs[4]?.createdAt}`, [3, 2, 1]],
  [() => '?limit=1000', [4, 3, 2, 1, 0]],
]

test.each(filters.map(([query, expected]) => ({ query, expected })))(
  'a list is narrowed: $query',
  async ({ query, expected }) => {
    const page = await list(query())
    expect(numbers(page)).toEqual(expected)
    expect(page.next).toBeNull()
  },
)

test.each([
  '?limit=0',
  '?limit=1001',
  '?limit=-1',
  '?limit=1e2',
  '?limit=',
  '?state=done',
  '?state=',
  '?after=yesterday',
  '?before=2026-02-30T00:00:00Z',
  '?cursor=nonsense',
  '?cursor=%00',
  '?order=asc',
  '?__proto__=1',
  '?tag=red&tag=blue',
  '?limit=1&limit=2',
])('%s is refused', async (query) => {
  expectProblem(await call(server.url, `GET /v1/jobs${query}`), 400, 'invalid-parameter')
})

test('pages neither repeat nor skip while new jobs arrive', async () => {
  const made: string[] = []
  for (let at = 0; at < 25; at += 1) made.push((await submit(server.url, 'good')).id)
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: JobListDocument = await list(
      `?operation=good&limit=4${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    found.push(...page.jobs.map(({ id }) => id))
    cursor = page.next
    await Promise.all([submit(server.url, 'good'), submit(server.url, 'bad')])
  }
  const older = [jobs[0]?.id, jobs[2]?.id, jobs[3]?.id].filter((id) => id !== undefined)
  expect(found).toEqual([...older, ...made].toReversed())
})
