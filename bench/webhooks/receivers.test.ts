import { afterAll, beforeAll, expect, test } from 'vitest'
import { counted } from './counted.ts'
import { hangingPath } from './hanging-path.ts'
import { startReceivers, type Receivers } from './start-receivers.ts'

let receivers: Receivers

beforeAll(async () => {
  receivers = await startReceivers()
})
afterAll(() => receivers[Symbol.asyncDispose]())

const post = (port: number, path: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'webhook-id': 'dlv_1' },
    body: JSON.stringify({ id: 'e', data: { at: Date.now() - 5_000 } }),
    ...(signal === undefined ? {} : { signal }),
  })

test('what arrives on either port is counted, with how long ago its event was made', async () => {
  const before = await receivers.read()
  expect((await post(receivers.port, '/events')).status).toBe(204)
  expect((await post(receivers.otherPort, '/events')).status).toBe(204)
  const after = await receivers.read()
  expect(after.delivered - before.delivered).toBe(2)
  expect(after.latenciesMs).toHaveLength(2)
  for (const latencyMs of after.latenciesMs) expect(latencyMs).toBeGreaterThanOrEqual(4_999)
  expect((await receivers.read()).latenciesMs).toEqual([])
})

test('those that hang take it, say nothing and are not counted', async () => {
  const before = await receivers.read()
  const patience = new AbortController()
  const hanging = post(receivers.port, `${hangingPath}/1`, patience.signal)
  await post(receivers.port, '/events')
  expect((await receivers.read()).delivered - before.delivered).toBe(1)
  patience.abort()
  await expect(hanging).rejects.toThrow('abort')
})

test('one is shown as it was sent', async () => {
  const arrival = receivers.nextArrival()
  await post(receivers.port, '/events')
  const { headers, body } = await arrival
  expect(headers['webhook-id']).toBe('dlv_1')
  expect(JSON.parse(body)).toMatchObject({ id: 'e' })
})

test('all that a source sent is waited for', async () => {
  const { delivered } = await receivers.read()
  const late: Promise<unknown>[] = []
  const { source, untilArrived } = counted(
    {
      port: 0,
      async send(count) {
        for (let index = 0; index < count; index += 1) late.push(post(receivers.port, '/events'))
      },
      async [Symbol.asyncDispose]() {},
    },
    receivers,
    delivered,
  )
  await source.send(3)
  await untilArrived()
  expect((await receivers.read()).delivered - delivered).toBe(3)
  await Promise.all(late)
})
