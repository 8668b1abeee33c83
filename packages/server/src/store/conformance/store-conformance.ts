import { describe } from 'vitest'
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
import { steeringSuite } from './steering.ts'

const roles: Readonly<Record<string, (open: OpenStore) => void>> = {
  'intake': intakeSuite,
  'idempotency': idempotencySuite,
  'leases': leaseSuite,
  'order': orderSuite,
  'payloads': payloadSuite,
  'reading': readingSuite,
  'steering': steeringSuite,
  'rescue': rescueSuite,
  'retention': retentionSuite,
  'against a model': modelSuite,
}

/** What every store does, by role. */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`the ${name} store`, () => {
    for (const [role, suite] of Object.entries(roles)) {
      describe(role, () => {
        suite(open)
      })
    }
  })
}
