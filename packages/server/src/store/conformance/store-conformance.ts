import { describe } from 'vitest'
import { blobSuite } from './blobs.ts'
import { batchSuite } from './batches.ts'
import { callbackSuite } from './callbacks.ts'
import { channelSuite } from './channels.ts'
import { definitionSuite } from './definitions.ts'
import { deliverySuite } from './deliveries.ts'
import { deliveryListSuite } from './delivery-list.ts'
import { deliveryOrderSuite } from './delivery-order.ts'
import { endpointSuite } from './endpoints.ts'
import { fanOutSuite } from './fan-out.ts'
import { finishingSuite } from './finishing.ts'
import { fairnessSuite } from './fairness.ts'
import { idempotencySuite } from './idempotency.ts'
import { intakeSuite } from './intake.ts'
import { leaseSuite } from './leases.ts'
import { modelSuite } from './model.ts'
import { orderSuite } from './order.ts'
import { payloadSuite } from './payloads.ts'
import { readingSuite } from './reading.ts'
import { rescueSuite } from './rescue.ts'
import { retentionSuite } from './retention.ts'
import type { OpenStore } from './sample.ts'
import { deadLetterSuite } from './dead-letters.ts'
import { scheduleSuite } from './schedules.ts'
import { steeringSuite } from './steering.ts'
import { ticketSuite } from './tickets.ts'

const roles: Readonly<Record<string, (open: OpenStore) => void>> = {
  'intake': intakeSuite,
  'idempotency': idempotencySuite,
  'leases': leaseSuite,
  'order': orderSuite,
  'fairness': fairnessSuite,
  'payloads': payloadSuite,
  'blobs': blobSuite,
  'reading': readingSuite,
  'steering': steeringSuite,
  'finishing': finishingSuite,
  'schedules': scheduleSuite,
  'dead letters': deadLetterSuite,
  'rescue': rescueSuite,
  'retention': retentionSuite,
  'definitions': definitionSuite,
  'batches': batchSuite,
  'channels': channelSuite,
  'tickets': ticketSuite,
  'endpoints': endpointSuite,
  'fan-out': fanOutSuite,
  'callbacks': callbackSuite,
  'deliveries': deliverySuite,
  'lists of deliveries': deliveryListSuite,
  'order of deliveries': deliveryOrderSuite,
}

/** What every store does, by role. */
export function storeConformance(
  name: string,
  open: OpenStore,
  { sequences = 20 }: { readonly sequences?: number } = {},
): void {
  describe(`the ${name} store`, () => {
    for (const [role, suite] of Object.entries(roles)) {
      describe(role, () => {
        suite(open)
      })
    }
    describe('against a model', () => {
      modelSuite(open, sequences)
    })
  })
}
