import { expect, test } from 'vitest'
import { createSealer } from '../../auth/seal.ts'
import { createReceivers } from '../testing/receivers.ts'
import { createSimulation, submit } from '../testing/simulation.ts'
import { operation } from '../testing/operations.ts'
import { deliveriesOf } from '../webhooks/testing/webhooks.ts'

const second = 1_000
const url = 'https://shop.example/callback'

test('what another key sealed waits for that key, and is no fault of its receiver', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const receivers = createReceivers(clock)
  const sealer = createSealer(new Uint8Array(32).fill(1), 'webhooks')
  const first = await simulation.start({ operations: [operation()], receivers, sealer })
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  receivers.behave(url, () => new Promise(() => {}))
  const callback = { url, events: 'final', secret } as const
  const { id } = await clock.until(submit(first, operation(), { callback }))
  await clock.advance(second)
  await first.vanish()
  receivers.behave(url, () => ({ kind: 'delivered', status: 204, answer: null }))

  const other = await simulation.start({ operations: [operation()], receivers })
  await clock.advance(40 * second)
  const [waiting] = await deliveriesOf(simulation, other, { job: id })
  expect(waiting).toMatchObject({
    delivery: { state: 'scheduled' },
    last: { status: null, error: expect.stringMatching(/BUZZER_SECRET/) },
  })
  await other.vanish()

  const again = await simulation.start({ operations: [operation()], receivers, sealer })
  await clock.advance(400 * second)
  const [delivered] = await deliveriesOf(simulation, again, { job: id })
  expect(delivered?.delivery.state).toBe('delivered')
  expect(receivers.at(url).at(-1)?.delivery.secrets).toEqual([secret])
})
