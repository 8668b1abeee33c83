import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { call } from './support/call.ts'
import { createGates, type Gates } from './support/gates.ts'
import { ended, getJob, submit, until } from './support/job.ts'
import { startTestServer, type TestServer } from './support/server.ts'

/** One job at a time, so that the order of the starts is the order of the ranks. */
async function startNarrow(): Promise<{ server: TestServer; gates: Gates } & AsyncDisposable> {
  const gates = createGates()
  const server = await startTestServer({
    slots: 1,
    operations: {
      work: operation({ retry: { attempts: 1 }, run: gates.run }),
      again: operation({ retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' }, run: gates.run }),
    },
  })
  return { server, gates, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** The inputs of the next jobs, in the order in which they began. */
async function drain(gates: Gates, count: number): Promise<readonly unknown[]> {
  const inputs: unknown[] = []
  while (inputs.length < count) {
    const arrival = await gates.next()
    inputs.push(arrival.input)
    arrival.finish(null)
  }
  return inputs
}

test('a lower number comes first, and the older one among equals', async () => {
  await using narrow = await startNarrow()
  const { server, gates } = narrow
  await submit(server.url, 'work', 'first')
  const first = await gates.next()
  for (const [name, priority] of [
    ['e', '9'],
    ['c', '4'],
    ['a', '0'],
    ['d', '5'],
    ['b', '0'],
  ] as const) {
    await submit(server.url, 'work', name, { 'buzzer-priority': priority })
  }
  first.finish()
  expect(await drain(gates, 5)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('jobs of one key run one at a time, in order, past those of other keys', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    operations: { work: operation({ run: gates.run }) },
  })
  const key = { 'buzzer-key': 'k' }
  const jobs = []
  for (const name of ['k1', 'k2', 'k3']) jobs.push(await submit(server.url, 'work', name, key))
  await submit(server.url, 'work', 'other', { 'buzzer-key': 'o' })
  const [one, other] = [await gates.next(), await gates.next()]
  expect(new Set([one.input, other.input])).toEqual(new Set(['k1', 'other']))
  const second = await getJob(server.url, jobs[1]?.id ?? '')
  expect(second).toMatchObject({ state: 'queued', waiting: { reason: 'key', until: null } })
  other.finish()
  one.finish()
  expect(await drain(gates, 2)).toEqual(['k2', 'k3'])
  expect(await ended(server.url, jobs[2]?.id ?? '')).toMatchObject({ state: 'succeeded' })
})

test('a job that waits for a retry holds its key; a cancelled one lets go', async () => {
  await using narrow = await startNarrow()
  const { server, gates } = narrow
  const key = { 'buzzer-key': 'k' }
  const first = await submit(server.url, 'again', 'first', key)
  const second = await submit(server.url, 'again', 'second', key)
  const third = await submit(server.url, 'again', 'third', key)
  const attempt = await gates.next()
  attempt.fail(new Error('not yet'))
  const retried = await gates.next()
  expect([retried.input, retried.ctx.attempt]).toEqual(['first', 2])
  expect((await getJob(server.url, second.id)).waiting?.reason).toBe('key')
  expect((await call(server.url, `POST /v1/jobs/${second.id}/cancel`)).status).toBe(202)
  retried.finish()
  expect(await drain(gates, 1)).toEqual(['third'])
  expect((await ended(server.url, first.id)).state).toBe('succeeded')
  expect((await ended(server.url, third.id)).state).toBe('succeeded')
})

test('a dead letter lets its key go, and queues last when it is run again', async () => {
  await using narrow = await startNarrow()
  const { server, gates } = narrow
  const key = { 'buzzer-key': 'k' }
  const dead = await submit(server.url, 'work', 'dead', key)
  for (const name of ['b', 'c']) await submit(server.url, 'work', name, key)
  const attempt = await gates.next()
  attempt.fail(new TerminalError('no use'))
  expect((await ended(server.url, dead.id)).state).toBe('failed')
  const held = await gates.next()
  expect(held.input).toBe('b')
  expect((await call(server.url, `POST /v1/jobs/${dead.id}/retry`)).status).toBe(202)
  held.finish()
  expect(await drain(gates, 2)).toEqual(['c', 'dead'])
  expect(await ended(server.url, dead.id)).toMatchObject({ state: 'succeeded', run: 2 })
})

test('a delayed job begins when it is due and holds its key until then', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    operations: { work: operation({ run: gates.run }) },
  })
  const runAt = new Date(Date.now() + 400).toISOString()
  const delayed = await submit(server.url, 'work', 'late', {
    'buzzer-run-at': runAt,
    'buzzer-key': 'k',
  })
  expect(delayed.waiting).toEqual({ reason: 'delay', until: runAt, ahead: null })
  await submit(server.url, 'work', 'behind', { 'buzzer-key': 'k' })
  const first = await gates.next()
  expect(first.input).toBe('late')
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(runAt))
  first.finish()
  expect(await drain(gates, 1)).toEqual(['behind'])
})

test('a job whose deadline has passed, or comes before its start, fails without a run', async () => {
  await using narrow = await startNarrow()
  const { server, gates } = narrow
  const passed = { 'buzzer-deadline': new Date(Date.now() - 60_000).toISOString() }
  const early = { 'buzzer-deadline': '100ms', 'buzzer-delay': '1h' }
  for (const headers of [passed, early]) {
    const { id } = await submit(server.url, 'work', null, headers)
    expect(await ended(server.url, id)).toMatchObject({
      state: 'failed',
      attempt: 0,
      error: { code: 'deadline-exceeded' },
    })
  }
  expect(gates.begun()).toBe(0)
})

test('a deadline ends a job that waits, and stops one that runs', async () => {
  await using narrow = await startNarrow()
  const { server, gates } = narrow
  const running = await submit(server.url, 'work', 'running', { 'buzzer-deadline': '700ms' })
  const attempt = await gates.next()
  const waiting = await submit(server.url, 'work', 'waiting', { 'buzzer-deadline': '300ms' })
  for (const { id } of [waiting, running]) {
    const job = await ended(server.url, id)
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'deadline-exceeded', status: 504 },
    })
    const result = await call(server.url, `GET /v1/jobs/${id}/result`)
    expect(result.status).toBe(504)
  }
  // The attempt that was cut off stands in the history; the job that never ran has none.
  const attemptsOf = async (id: string) => (await ended(server.url, id)).error?.['attempts']
  expect(await attemptsOf(running.id)).toMatchObject([
    { attempt: 1, error: { code: 'deadline-exceeded' } },
  ])
  expect(await attemptsOf(waiting.id)).toEqual([])
  expect(attempt.ctx.signal.aborted).toBe(true)
  expect(gates.begun()).toBe(1)
  const next = await submit(server.url, 'work', 'next')
  expect(await drain(gates, 1)).toEqual(['next'])
  expect((await until(server.url, next.id, ({ state }) => state === 'succeeded')).run).toBe(1)
})
