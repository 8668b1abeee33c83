import { expect, test } from 'vitest'
import type { DeliveryId, EndpointId } from '@buzzer/contract'
import type { Delivery } from '../core/delivery.ts'
import { deliveryDocument } from './delivery-document.ts'

/** As it stands after so many attempts, the last of them on its present schedule. */
const failedAfter = (attempts: number, step: number): Delivery => ({
  id: 'dlv_01j' as DeliveryId,
  tenant: 'default',
  target: { kind: 'endpoint', id: 'whk_01j' as EndpointId },
  lane: 'whk_01j',
  message: 1,
  createdAt: 1_000,
  attempts,
  step,
  fence: attempts,
  state: 'failed',
  finishedAt: 2_000,
  reason: 'no',
})

test.each([
  { attempts: 3, step: 3, maxAttempts: 3 },
  { attempts: 3, step: 0, maxAttempts: 6 },
  { attempts: 4, step: 1, maxAttempts: 6 },
  { attempts: 6, step: 3, maxAttempts: 6 },
])(
  'one with $attempts attempts, $step since it was sent again, has $maxAttempts at most',
  ({ attempts, step, maxAttempts }) => {
    const listed = {
      delivery: failedAfter(attempts, step),
      message: { channel: 'a', offset: 1, eventId: 'e', type: 't', at: 1_000 },
      callbackUrl: null,
      last: null,
    }
    const goal = { url: null, maxAttempts: 3 }
    expect(deliveryDocument(listed, goal, '')).toMatchObject({ attempt: attempts, maxAttempts })
  },
)
