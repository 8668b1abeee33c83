import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, type JobDocument } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'

const path = '/v1/operations/echo/jobs'

test('a hundred identical submissions at once are one job, run once', async () => {
  await using folder = await temporaryFolder('identical')
  const runs = join(folder.path, 'runs')
  await using server = await start(join(folder.path, 'data'), { env: { RUNS: runs } })
  const send = (key: string, body: unknown) =>
    call(server.url, path, { body, headers: { 'idempotency-key': key } })

  const order = { order: 'one of a hundred' }
  const answers = await Promise.all(Array.from({ length: 100 }, () => send('the-key', order)))

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  const jobs = answers.map((answer) => answer.json<JobDocument>())
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(1)
  expect(new Set(jobs.map(({ token }) => token)).size).toBe(1)
  expect(jobs[0]?.token).toMatch(/^bzj_./)
  const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
  expect(replayed).toHaveLength(99)

  const id = jobs[0]?.id ?? ''
  expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 1, attempt: 1 })
  const result = await call(server.url, `/v1/jobs/${id}/result`)
  expect(result.json()).toEqual(order)
  expect(await readFile(runs, 'utf8')).toBe(`${id} echo 1\n`)

  const other = await send('the-key', { order: 'another' })
  expect(other.status).toBe(422)
  expect(other.json()).toMatchObject({ code: 'idempotency-key-reused' })
})

test('a hundred submissions under keys of their own are a hundred jobs', async () => {
  await using folder = await temporaryFolder('distinct')
  await using server = await start(join(folder.path, 'data'))
  const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`)
  const answers = await Promise.all(
    keys.map((key) =>
      call(server.url, path, { body: { same: 'order' }, headers: { 'idempotency-key': key } }),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(new Set(answers.map((answer) => answer.json<JobDocument>().id)).size).toBe(100)
  expect(answers.some(({ headers }) => headers.has('idempotency-replayed'))).toBe(false)
})
