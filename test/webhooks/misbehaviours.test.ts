import type { DeliveryDocument, WholeDeliveryDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { misbehaviours } from '../receivers/misbehaviours.ts'
import { startReceiver as startBad, type Receiver as Bad } from '../receivers/receiver.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import { createWebhook, deliveriesOf, getDelivery, publish } from './support/webhooks.ts'

const waitMs = 1_000
const timeoutMs = 400
const events = 10
/** What the schedule may be missed by where every core is busy with receivers that misbehave. */
const graceMs = 4_000
const mostGrown = 201_326_592

let server: TestServer
let sound: Receiver
const bad: Bad[] = []
const ids = new Map<string, string>()

beforeAll(async () => {
  server = await startTestServer({ channels: { any: channel({}) }, outboundAllow: ['127.0.0.1'] })
  sound = await startReceiver()
  for (const misbehaviour of misbehaviours) {
    const receiver = await startBad(misbehaviour)
    bad.push(receiver)
    const { id } = await createWebhook(server.url, {
      url: receiver.url,
      types: ['first'],
      policy: { schedule: ['0s', `${waitMs}ms`], timeout: `${timeoutMs}ms` },
    })
    ids.set(misbehaviour.name, id)
  }
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await sound[Symbol.asyncDispose]()
  for (const receiver of bad) await receiver[Symbol.asyncDispose]()
})

/** It has ended, or its receiver asked for more patience than a test has. */
const hasEnded = ({ state, nextAttemptAt }: DeliveryDocument): boolean =>
  state === 'delivered' ||
  state === 'failed' ||
  (nextAttemptAt !== null && Date.parse(nextAttemptAt) - Date.now() > 10_000)

const ended = async (id: string): Promise<readonly DeliveryDocument[]> => {
  await expect.poll(async () => (await deliveriesOf(server.url, id)).every(hasEnded)).toBe(true)
  return deliveriesOf(server.url, id)
}

/** From the end of the first attempt to the beginning of the second, in milliseconds. */
function waitOf({ attempts: [first, second] }: WholeDeliveryDocument): number | null {
  if (first === undefined || second === undefined) return null
  return Date.parse(second.at) - Date.parse(first.at) - first.latencyMs
}

test('all receivers that misbehave at once delay nobody, keep to their schedule, and cost no memory', async () => {
  const { id } = await createWebhook(server.url, { url: sound.url('/sound') })
  const grownFrom = process.memoryUsage().rss
  await publish(server.url, 'any', {}, 'first')
  for (let event = 0; event < events; event += 1)
    await publish(server.url, 'any', { event }, 'more')
  const arrived = await sound.arrived('/sound', events + 1)
  expect(arrived).toHaveLength(events + 1)
  const [slowest] = (await deliveriesOf(server.url, id))
    .map(({ createdAt, finishedAt }) => Date.parse(finishedAt ?? '') - Date.parse(createdAt))
    .toSorted((a, b) => b - a)
  expect(slowest).toBeLessThan(timeoutMs + graceMs)

  const missed: unknown[] = []
  for (const { name, outcomes } of misbehaviours) {
    const webhook = ids.get(name) ?? ''
    const [delivery] = await ended(webhook)
    const whole = await getDelivery(server.url, delivery?.id ?? '')
    const wait = waitOf(whole)
    const isAsked = (outcomes[0].retryAfterMs ?? null) !== null
    const latest = isAsked ? Infinity : waitMs * 1.1 + graceMs
    const isKept = wait === null || (wait >= waitMs - 1 && wait <= latest)
    const isBounded = whole.attempts.every(
      ({ latencyMs, answer }) =>
        latencyMs < timeoutMs + graceMs && (answer?.body.length ?? 0) <= 4_096,
    )
    if (!isKept || !isBounded || whole.attempts.length > 2)
      missed.push([name, wait, whole.attempts])
  }
  expect(missed).toEqual([])
  expect(process.memoryUsage().rss - grownFrom).toBeLessThan(mostGrown)
})
