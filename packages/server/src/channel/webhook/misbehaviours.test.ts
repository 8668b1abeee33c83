import { afterAll, expect, test } from 'vitest'
import { trusted } from '../../../../../test/receivers/certificates.ts'
import { misbehaviours } from '../../../../../test/receivers/misbehaviours.ts'
import { startReceiver, type Outcome } from '../../../../../test/receivers/receiver.ts'
import type { Sent } from '../../ports/channel.ts'
import { delivery } from './testing/delivery.ts'
import { openWebhooks } from './testing/open-webhooks.ts'

/** Of an attempt at one that keeps us waiting; any other has to be seen through much sooner. */
const shortMs = 400
const patienceMs = 8_000
const graceMs = 3_000
/** More than what stands in the buffers of both sides. */
const mostWritten = 16_777_216
const mostGrown = 134_217_728
const body = new Uint8Array(262_144).fill(0x20)

const { signal } = new AbortController()
// One for all, so that none can spoil it for the others.
const webhooks = openWebhooks({ ca: trusted.join('\n') })
afterAll(() => webhooks[Symbol.asyncDispose]())

const expectOutcome = (sent: Sent, outcome: Outcome): void => {
  expect(sent).toMatchObject({ kind: outcome.kind, status: outcome.status })
  if (sent.kind !== 'failed') return
  expect(sent.reason).toMatch(outcome.reason ?? /never/)
  expect(sent.gone).toBe(outcome.gone ?? false)
  expect(sent.retryAfterMs).toBe(outcome.retryAfterMs ?? null)
}

test.each(misbehaviours)('a receiver that $name', async (misbehaviour) => {
  await using receiver = await startReceiver(misbehaviour)
  const grownFrom = process.memoryUsage().rss
  for (const attempt of [0, 1]) {
    const outcome = misbehaviour.outcomes[attempt] ?? misbehaviour.outcomes[0]
    const timeoutMs = outcome.isLate === true ? shortMs : patienceMs
    const startedAt = performance.now()
    const sent = await webhooks.channel.send(delivery(receiver.url, { body, timeoutMs }), signal)
    const tookMs = performance.now() - startedAt
    expectOutcome(sent, outcome)
    expect(tookMs).toBeLessThan(shortMs + graceMs)
    if (outcome.isLate === true) expect(tookMs).toBeGreaterThanOrEqual(shortMs - 5)
    const answer = sent.kind === 'unsent' ? null : sent.answer
    expect(answer?.body.length ?? 0).toBeLessThanOrEqual(4_096)
  }
  if (misbehaviour.isReadOn !== true) expect(receiver.written).toBeLessThan(mostWritten)
  expect(process.memoryUsage().rss - grownFrom).toBeLessThan(mostGrown)
})

test('there are enough of them', () => {
  expect(new Set(misbehaviours.map(({ name }) => name)).size).toBe(misbehaviours.length)
  expect(misbehaviours.length).toBeGreaterThanOrEqual(25)
})
