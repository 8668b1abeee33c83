import type { JobListDocument } from '@buzzer/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let mended = false

beforeAll(async () => {
  const run = (): string => {
    if (mended) return 'mended'
    throw new Error('broken')
  }
  const retry = { attempts: 2, delay: '1ms', maxDelay: '1ms' } as const
  server = await startTestServer({
    operations: {
      one: operation({ retry, run }),
      two: operation({ retry, run }),
      good: operation({ run: () => 1 }),
      terminal: operation({
        run() {
          throw new TerminalError('gave up at once')
        },
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

let dead: Readonly<Record<'one' | 'two' | 'tagged', string>> = { one: '', two: '', tagged: '' }

beforeEach(async () => {
  await discard({})
  mended = false
  dead = {
    one: (await submit(server.url, 'one')).id,
    two: (await submit(server.url, 'two')).id,
    tagged: (await submit(server.url, 'one', undefined, { 'buzzer-tags': 'x' })).id,
  }
  await Promise.all(Object.values(dead).map((id) => ended(server.url, id)))
})

async function list(query = ''): Promise<readonly string[]> {
  const answer = await call(server.url, `GET /v1/dead-letters${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json<JobListDocument>().jobs.map(({ id }) => id)
}

const steer = (verb: string, json: unknown) =>
  call(server.url, `POST /v1/dead-letters/${verb}`, { json })
const discard = (filter: unknown) => steer('discard', filter)

test('the list has those that used up their attempts, newest first, by filters and pages', async () => {
  for (const name of ['good', 'terminal']) {
    await ended(server.url, (await submit(server.url, name)).id)
  }
  expect(await list()).toEqual([dead.tagged, dead.two, dead.one])
  expect(await list('?operation=two')).toEqual([dead.two])
  expect(await list('?tag=x')).toEqual([dead.tagged])
  expect(await list('?operation=none')).toEqual([])
  const page = await call(server.url, 'GET /v1/dead-letters?operation=one&limit=1')
  const { next } = page.json<JobListDocument>()
  expect(await list(`?operation=one&limit=1&cursor=${next}`)).toEqual([dead.one])
})

test('retry runs those again that the filter names', async () => {
  mended = true
  const answer = await steer('retry', { operation: 'one' })
  expect([answer.status, answer.json()]).toEqual([200, { count: 2 }])
  for (const id of [dead.one, dead.tagged]) {
    expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 2 })
  }
  expect(await list('?operation=two')).toEqual([dead.two])
  expect(await list('?operation=one')).toEqual([])
})

test('discard erases those that the filter names; no body means all', async () => {
  expect((await discard({ tag: 'x' })).json()).toEqual({ count: 1 })
  expectProblem(await call(server.url, `GET /v1/jobs/${dead.tagged}`), 404, 'job-not-found')
  const rest = await call(server.url, 'POST /v1/dead-letters/discard')
  expect(rest.json<{ count: number }>().count).toBe(2)
  expect(await list()).toEqual([])
})

test.each([
  ['{', 400, 'malformed-body'],
  ['[]', 422, 'validation-failed'],
  ['"one"', 422, 'validation-failed'],
  ['{"operation":1}', 422, 'validation-failed'],
  ['{"id":"job_x"}', 422, 'validation-failed'],
  ['{"code":"x","detail":"y"}', 422, 'validation-failed'],
  ['{"__proto__":{"operation":"one"}}', 400, 'malformed-body'],
])('the filter %s is refused and nothing is touched', async (body, status, code) => {
  for (const verb of ['retry', 'discard']) {
    const answer = await call(server.url, `POST /v1/dead-letters/${verb}`, { body })
    expectProblem(answer, status, code)
  }
  expect(await list('?operation=two')).toEqual([dead.two])
})
