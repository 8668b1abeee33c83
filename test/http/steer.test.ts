import type { JobDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      gate: operation({ retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' }, run: gates.run }),
      patient: operation({ retry: { attempts: 5, delay: '1h', maxDelay: '1h' }, run: gates.run }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const steer = (method: string, path: string) => call(server.url, `${method} /v1/jobs/${path}`)

test('a queued job is cancelled at once, and again is 200', async () => {
  const { id } = await submit(server.url, 'gate', 'never', { 'buzzer-delay': '1h' })
  const cancelled = await steer('POST', `${id}/cancel`)
  expect(cancelled.status).toBe(202)
  expect(cancelled.json<JobDocument>()).toMatchObject({ id, state: 'cancelled', waiting: null })
  const again = await steer('POST', `${id}/cancel`)
  expect(again.status).toBe(200)
  expect(again.json<JobDocument>()).toEqual(cancelled.json())
  expect(cancelled.json<JobDocument>().finishedAt).not.toBeNull()
  expectProblem(await steer('GET', `${id}/result`), 409, 'job-cancelled')
})

test('a running job is told to stop through its signal', async () => {
  const { id } = await submit(server.url, 'gate', 'stop')
  const arrival = await gates.next()
  const cancelled = await steer('POST', `${id}/cancel`)
  expect(cancelled.status).toBe(202)
  const job = await ended(server.url, id)
  expect(job).toMatchObject({ state: 'cancelled', attempt: 1, run: 1 })
  expect(arrival.ctx.signal.aborted).toBe(true)
  expect((await steer('POST', `${id}/cancel`)).status).toBe(200)
  expectProblem(await steer('POST', `${id}/retry`), 409, 'job-not-failed')
})

test('a job that waits for a retry is cancelled without another attempt', async () => {
  const { id } = await submit(server.url, 'patient')
  const arrival = await gates.next()
  const begun = gates.begun()
  arrival.fail(new Error('not now'))
  const waiting = await getJob(server.url, id, {
    'prefer': 'wait=20',
    'if-none-match': 'W/"1", W/"2"',
  })
  expect(waiting).toMatchObject({ state: 'queued', attempt: 1, waiting: { reason: 'retry' } })
  expect((await steer('POST', `${id}/cancel`)).json<JobDocument>().state).toBe('cancelled')
  expect(gates.begun()).toBe(begun)
})

test('what has ended cannot be cancelled', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  arrival.finish()
  await ended(server.url, id)
  expectProblem(await steer('POST', `${id}/cancel`), 409, 'job-finished')
  expectProblem(await steer('POST', `${id}/retry`), 409, 'job-not-failed')
  expect((await getJob(server.url, id)).state).toBe('succeeded')
})

test('a failed job runs again with fresh attempts, as the next run', async () => {
  const { id } = await submit(server.url, 'gate', 'twice')
  for (const message of ['one', 'two']) (await gates.next()).fail(new Error(message))
  const failed = await ended(server.url, id)
  expect(failed).toMatchObject({ state: 'failed', attempt: 2, run: 1, error: { detail: 'two' } })

  const retried = await steer('POST', `${id}/retry`)
  expect(retried.status).toBe(202)
  expect(retried.json<JobDocument>()).toMatchObject({ id, run: 2, attempt: 0, error: null })
  expect(retried.json<JobDocument>().finishedAt).toBeNull()
  expectProblem(await steer('POST', `${id}/retry`), 409, 'job-not-failed')

  const first = await gates.next()
  expect([first.ctx.job.run, first.ctx.attempt, first.input]).toEqual([2, 1, 'twice'])
  first.fail(new Error('three'))
  const second = await gates.next()
  expect(second.ctx.attempt).toBe(2)
  second.fail(new TerminalError('four'))
  const again = await ended(server.url, id)
  expect(again).toMatchObject({ state: 'failed', run: 2, attempt: 2, error: { detail: 'four' } })
  expect(again.version).toBeGreaterThan(failed.version)
  const { attempts } = again.error as unknown as {
    attempts: readonly { error: { detail: string } }[]
  }
  expect(attempts.map(({ error }) => error.detail)).toEqual(['three', 'four'])

  await steer('POST', `${id}/retry`)
  const third = await gates.next()
  third.finish('at last')
  expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 3, error: null })
  expect((await steer('GET', `${id}/result`)).json()).toBe('at last')
})

test('an ended job can be erased, and is gone with all that belongs to it', async () => {
  const { id } = await submit(
    server.url,
    'gate',
    { secret: true },
    { 'idempotency-key': 'erase-me' },
  )
  const arrival = await gates.next()
  await arrival.ctx.output('piece')
  expectProblem(await steer('DELETE', id), 409, 'job-not-finished')
  arrival.finish('secret')
  const job = await ended(server.url, id)
  const erased = await steer('DELETE', id)
  expect(erased.status).toBe(204)
  expect(erased.body).toHaveLength(0)
  for (const [method, path] of [
    ['GET', id],
    ['GET', `${id}/result`],
    ['GET', `${id}/events`],
    ['POST', `${id}/cancel`],
    ['POST', `${id}/retry`],
    ['DELETE', id],
  ] as const) {
    expectProblem(await steer(method, path), 404, 'job-not-found')
  }
  const payloads = await Promise.all([
    server.store.payloads.input(job.id as Parameters<typeof server.store.payloads.input>[0]),
    server.store.payloads.result(job.id as Parameters<typeof server.store.payloads.result>[0]),
  ])
  expect(payloads).toEqual([null, null])
})
