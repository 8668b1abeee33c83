import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { createGates } from './support/gates.ts'
import { getJob, submit, until } from './support/job.ts'
import { startTestServer } from './support/server.ts'

test('a job that waits says for what, and how many stand before it', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    slots: 2,
    operations: {
      wide: operation({ run: gates.run }),
      narrow: operation({ concurrency: 1, run: gates.run }),
      again: operation({ retry: { attempts: 3, delay: '1h', maxDelay: '1h' }, run: gates.run }),
    },
  })
  const why = async (id: string) => (await getJob(server.url, id)).waiting

  const failing = await submit(server.url, 'again')
  const attempt = await gates.next()
  attempt.fail(new Error('later'))
  const retried = await until(server.url, failing.id, ({ state }) => state === 'queued')
  expect(retried.waiting).toMatchObject({ reason: 'retry', until: expect.any(String) as string })

  const only = await submit(server.url, 'narrow')
  const running = await gates.next()
  const full = await submit(server.url, 'narrow')
  expect(await why(full.id)).toEqual({ reason: 'concurrency', until: null, ahead: 0 })
  const behind = await submit(server.url, 'narrow')
  expect(await why(behind.id)).toEqual({ reason: 'concurrency', until: null, ahead: 1 })
  expect(await why(only.id)).toBeNull()

  await submit(server.url, 'wide', 'a', { 'buzzer-key': 'k' })
  const second = await gates.next()
  const sameKey = await submit(server.url, 'wide', 'b', { 'buzzer-key': 'k' })
  expect(await why(sameKey.id)).toMatchObject({ reason: 'key', until: null })
  const noSlot = await submit(server.url, 'wide', 'c')
  expect(await why(noSlot.id)).toMatchObject({ reason: 'queue', until: null, ahead: 0 })
  const next = await submit(server.url, 'wide', 'd')
  expect(await why(next.id)).toMatchObject({ reason: 'queue', ahead: 1 })
  const delayed = await submit(server.url, 'wide', 'e', { 'buzzer-delay': '1h' })
  expect(await why(delayed.id)).toMatchObject({
    reason: 'delay',
    until: expect.any(String) as string,
  })

  second.finish()
  running.finish()
})

test('the 202 of a job that nobody works on yet says why', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    slots: 1,
    operations: { one: operation({ run: gates.run }) },
  })
  await submit(server.url, 'one', 1)
  const arrival = await gates.next()
  const second = await submit(server.url, 'one', 2)
  expect(second).toMatchObject({ state: 'queued', waiting: { reason: 'queue' } })
  const third = await submit(server.url, 'one', 3, { 'buzzer-delay': '1h' })
  expect(third.waiting?.reason).toBe('delay')
  arrival.finish()
})
