import { randomBytes } from 'node:crypto'
import { createIdSource } from '@buzzer/contract'
import { defaultDeliveryPolicy } from '../../packages/server/src/core/delivery-policy.ts'
import type { Store } from '../../packages/server/src/ports/store.ts'

const ids = createIdSource(Date.now, randomBytes)

/** Endpoints that are only subscribed: nothing can be sent to them, as they have no secret. */
export async function storeEndpoints(
  store: Store,
  count: number,
  channels: readonly string[],
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const now = Date.now()
    await store.endpoints.create({
      id: ids.next('whk'),
      tenant: 'default',
      settings: {
        url: `http://127.0.0.1:1/${index}`,
        description: null,
        channels,
        types: null,
        filter: null,
        sealedHeaders: null,
        policy: defaultDeliveryPolicy,
      },
      secrets: [],
      enabled: true,
      disabled: null,
      health: { failures: 0, failingSince: null, lastSuccessAt: null },
      version: 1,
      createdAt: now,
      changedAt: now,
    })
  }
}
