import { expect, test } from 'vitest'
import type { DeliveryId, EndpointId } from '@buzzer/contract'
import {
  moveDelivery,
  newDelivery,
  type Delivery,
  type DeliveryInput,
  type DeliveryInputKind,
  type DeliveryState,
} from './delivery.ts'

const now = 1_000_000
const order = {
  id: 'dlv_1' as DeliveryId,
  tenant: 'default',
  target: { kind: 'endpoint', id: 'whk_1' as EndpointId },
  lane: 'whk_1',
  message: 7,
  createdAt: 5,
} as const

const scheduled = newDelivery(order, 10)
const life = { ...order, attempts: 3, step: 2, fence: 4 }
const each: Readonly<Record<DeliveryState, Delivery>> = {
  scheduled: { ...life, state: 'scheduled', dueAt: 10 },
  sending: { ...life, state: 'sending', leaseUntil: now + 30 },
  delivered: { ...life, state: 'delivered', finishedAt: 20 },
  failed: { ...life, state: 'failed', finishedAt: 20, reason: 'It answered 500.' },
}
const inputs: Readonly<Record<DeliveryInputKind, DeliveryInput>> = {
  claim: { kind: 'claim', leaseUntil: now + 60 },
  deliver: { kind: 'deliver' },
  fail: { kind: 'fail', retryAt: now + 5, reason: 'It answered 500.' },
  release: { kind: 'release', dueAt: now },
  drop: { kind: 'drop', reason: 'The webhook was removed.' },
  redeliver: { kind: 'redeliver', dueAt: now + 1 },
}

const expected: Readonly<Record<DeliveryState, Readonly<Record<DeliveryInputKind, string>>>> = {
  scheduled: {
    claim: 'sending',
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: 'failed',
    redeliver: 'scheduled',
  },
  sending: {
    claim: 'sending',
    deliver: 'delivered',
    fail: 'scheduled',
    release: 'scheduled',
    drop: 'being-sent',
    redeliver: 'being-sent',
  },
  delivered: {
    claim: 'ended',
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: 'ended',
    redeliver: 'scheduled',
  },
  failed: {
    claim: 'ended',
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: 'ended',
    redeliver: 'scheduled',
  },
}

const cells = Object.values(each).flatMap((delivery) =>
  Object.values(inputs).map((input) => ({ delivery, input })),
)

test.each(cells)('$delivery.state + $input.kind', ({ delivery, input }) => {
  const moved = moveDelivery(delivery, input, now)
  const came = moved.kind === 'refused' ? moved.reason : moved.delivery.state
  expect(came).toBe(expected[delivery.state][input.kind])
  if (moved.kind === 'refused') return
  const { id, tenant, target, lane, message, createdAt } = moved.delivery
  expect({ id, tenant, target, lane, message, createdAt }).toEqual(order)
})

const move = (delivery: Delivery, input: DeliveryInput): Delivery => {
  const moved = moveDelivery(delivery, input, now)
  if (moved.kind === 'refused') throw new Error(moved.reason)
  return moved.delivery
}

test('an attempt counts when it was made, and its fence when it was claimed', () => {
  const sending = move(scheduled, inputs.claim)
  expect(sending).toMatchObject({ attempts: 0, step: 0, fence: 1 })
  expect(move(sending, inputs.claim)).toMatchObject({ attempts: 0, fence: 2 })
  expect(move(sending, inputs.release)).toMatchObject({ attempts: 0, step: 0, fence: 1 })
  expect(move(sending, inputs.fail)).toMatchObject({ attempts: 1, step: 1, dueAt: now + 5 })
  expect(move(sending, inputs.deliver)).toMatchObject({ attempts: 1, finishedAt: now })
})

test('without another attempt a failure ends it, and says why', () => {
  const ended = move(each.sending, { kind: 'fail', retryAt: null, reason: 'It answered 410.' })
  expect(ended).toMatchObject({ state: 'failed', reason: 'It answered 410.', finishedAt: now })
})

test('sent again it begins its schedule anew, and keeps what was tried', () => {
  expect(move(each.failed, inputs.redeliver)).toMatchObject({ attempts: 3, step: 0, fence: 4 })
})
