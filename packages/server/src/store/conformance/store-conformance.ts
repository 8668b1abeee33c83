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
import { retentionRunsSuite } from './retention-runs.ts'
import type { OpenStore } from './sample.ts'
import { deadLetterSuite } from './dead-letters.ts'
import { scheduleSuite } from './schedules.ts'
import { steeringSuite } from './steering.ts'
import { ticketSuite } from './tickets.ts'

type Suites = Readonly<Record<string, (open: OpenStore) => void>>

const jobSuites: Suites = {
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
  'retention of many': retentionRunsSuite,
  'batches': batchSuite,
}

const eventSuites: Suites = {
  'definitions': definitionSuite,
  'channels': channelSuite,
  'tickets': ticketSuite,
  'endpoints': endpointSuite,
  'fan-out': fanOutSuite,
  'callbacks': callbackSuite,
  'deliveries': deliverySuite,
  'lists of deliveries': deliveryListSuite,
  'order of deliveries': deliveryOrderSuite,
}

/** What every store does with jobs, by role. */
export function jobConformance(
  name: string,
  open: OpenStore,
  { sequences = 20 }: { readonly sequences?: number } = {},
): void {
  describe(`the ${name} store`, () => {
    describeAll(jobSuites, open)
    describe('against a model', () => {
      modelSuite(open, sequences)
    })
  })
}

/** What every store does with events and all that hears of them, by role. */
export function eventConformance(name: string, open: OpenStore): void {
  describe(`the ${name} store`, () => {
    describeAll(eventSuites, open)
  })
}

function describeAll(suites: Suites, open: OpenStore): void {
  for (const [role, suite] of Object.entries(suites)) {
    describe(role, () => {
      suite(open)
    })
  }
}
