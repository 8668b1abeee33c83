import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { submit } from '../http/support/job.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import { isSignedWith } from './support/signatures.ts'
import {
  createWebhook,
  deliveriesOf,
  getDelivery,
  post,
  publish,
  statesBecome,
} from './support/webhooks.ts'

const start = (data: string, { host }: Receiver) =>
  startServer({
    config: new URL('restart.config.ts', import.meta.url),
    data,
    env: { BUZZER_OUTBOUND_ALLOW: host, BUZZER_SHUTDOWN: '1s' },
  })

test('a delivery that waits for its next attempt is sent by the next server, when it is due', async () => {
  await using receiver = await startReceiver()
  await using folder = await temporaryFolder('webhooks')
  receiver.behave('/', (_, count) => ({ status: count === 1 ? 500 : 204 }))
  const first = await start(folder.path, receiver)
  const { id, secret } = await createWebhook(first.url, {
    url: receiver.url('/'),
    channels: ['any'],
    policy: { schedule: ['0s', '4s'] },
  })
  await publish(first.url, 'any')
  await expect.poll(async () => (await deliveriesOf(first.url, id))[0]?.attempt).toBe(1)
  const [waiting] = await deliveriesOf(first.url, id)
  expect(waiting).toMatchObject({ state: 'scheduled', status: 500 })
  expect(await first.stop()).toEqual({ code: 0, signal: null })
  expect(receiver.at('/')).toHaveLength(1)

  await using second = await start(folder.path, receiver)
  const [, again] = await receiver.arrived('/', 2)
  if (again === undefined) throw new Error('it arrived')
  expect(isSignedWith(secret, again)).toBe(true)
  expect(again.headers['webhook-id']).toBe(waiting?.id)
  const [delivery] = await statesBecome(second.url, id, ['delivered'])
  const { attempts } = await getDelivery(second.url, delivery?.id ?? '')
  expect(attempts.map(({ status }) => status)).toEqual([500, 204])
  // Milliseconds are rounded where they are shown.
  const dueAt = Date.parse(waiting?.nextAttemptAt ?? '')
  expect(Date.parse(attempts[1]?.at ?? '')).toBeGreaterThanOrEqual(dueAt)
})

test('a server that is asked to stop gives back what it sends, and nothing is lost', async () => {
  await using receiver = await startReceiver()
  await using folder = await temporaryFolder('webhooks')
  let isStuck = true
  receiver.behave('/', () => (isStuck ? 'hang' : { status: 204 }))
  const first = await start(folder.path, receiver)
  const { id } = await createWebhook(first.url, { url: receiver.url('/'), channels: ['any'] })
  const events = []
  for (let n = 0; n < 30; n += 1) events.push(await publish(first.url, 'any', { n }))
  await receiver.arrived('/', 3)
  expect(await first.stop()).toEqual({ code: 0, signal: null })
  isStuck = false
  const stuck = receiver.at('/').length

  await using second = await start(folder.path, receiver)
  await receiver.arrived('/', stuck + events.length)
  const deliveries = await statesBecome(
    second.url,
    id,
    events.map(() => 'delivered'),
  )
  // Given back, which costs no attempt.
  expect(deliveries.map(({ attempt }) => attempt)).toEqual(events.map(() => 1))
  const arrived = receiver.at('/').slice(stuck)
  expect(new Set(arrived.map((each) => each.json().id))).toEqual(new Set(events))
  expect(arrived).toHaveLength(events.length)
})

test('nothing that is secret of a webhook or a callback is in the log, or in plain on disk', async () => {
  await using receiver = await startReceiver()
  await using folder = await temporaryFolder('webhooks')
  receiver.behave('/', () => ({ status: 500 }))
  const given = `whsec_${Buffer.from('the bytes of a secret of mine!!!').toString('base64')}`
  const own = `whsec_${Buffer.from('the secret that a callback has..').toString('base64')}`
  const credential = 'Bearer a-credential-of-mine'
  const url = receiver.url('/')
  const server = await start(folder.path, receiver)
  const { id, secret } = await createWebhook(server.url, {
    url,
    channels: ['any'],
    headers: { authorization: credential },
    policy: { schedule: ['0s', '1ms'] },
  })
  await createWebhook(server.url, { url, channels: ['any'], secret: given })
  const rotated = await post(server.url, `/v1/webhooks/${id}/rotate-secret`)
  const callback = { 'callback-url': `${url}callback`, 'callback-secret': own }
  await submit(server.url, 'add', 1, callback)
  await publish(server.url, 'any')
  await receiver.arrived('/', 3)
  await receiver.arrived('/callback', 1)
  const secrets = [secret, rotated.json<{ secret: string }>().secret, given, own]
  const files = await bytesBelow(folder.path)
  await server.stop()
  files.push(...(await bytesBelow(folder.path)), Buffer.from(server.stderr()))
  expect(Buffer.concat(files).includes(id)).toBe(true)
  for (const each of secrets) {
    const text = each.slice('whsec_'.length)
    for (const form of [text, Buffer.from(text, 'base64')]) {
      expect(files.some((bytes) => bytes.includes(form))).toBe(false)
    }
  }
  expect(files.some((bytes) => bytes.includes(credential))).toBe(false)
})

async function bytesBelow(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))))
}
