import type { Store } from '../../../ports/store.ts'
import type { Caller } from '../caller.ts'
import { deliveryCodecs as codecs } from './codecs.ts'

/** The port's methods for webhooks over one wire. */
export const createDeliveryRoles = (
  call: Caller['call'],
): Pick<Store, 'endpoints' | 'fanOut' | 'deliveries'> => ({
  endpoints: {
    list: () => call(codecs.listEndpoints, null),
    read: (tenant, id) => call(codecs.readEndpoint, { tenant, id }),
    create: (endpoint) => call(codecs.createEndpoint, endpoint),
    change: (endpoint, expected) => call(codecs.changeEndpoint, { endpoint, expected }),
    remove: (tenant, id) => call(codecs.removeEndpoint, { tenant, id }),
  },
  fanOut: {
    read: (limit) => call(codecs.readFanOut, limit),
    write: (step) => call(codecs.writeFanOut, step),
  },
  deliveries: {
    lanes: (after, limit) => call(codecs.lanes, { after, limit }),
    claim: (request) => call(codecs.claimDeliveries, request),
    settle: (settlement) => call(codecs.settleDelivery, settlement),
    release: async (held, dueAt) => {
      await call(codecs.releaseDeliveries, { held, dueAt })
    },
    read: (tenant, id) => call(codecs.readDelivery, { tenant, id }),
    list: (query) => call(codecs.listDeliveries, query),
    redeliver: (tenant, id, dueAt) => call(codecs.redeliver, { tenant, id, dueAt }),
    redeliverFailed: (batch) => call(codecs.redeliverFailed, batch),
    drop: (limit) => call(codecs.dropDeliveries, limit),
    depth: () => call(codecs.deliveryDepth, null),
  },
})
