import type { Handler, Parts } from '../parts.ts'
import { createClaimDeliveries } from './claim.ts'
import type { deliveryCodecs } from './codecs.ts'
import { createDeliveryDepth } from './depth.ts'
import { createDropDeliveries, createReleaseDeliveries } from './drop.ts'
import {
  createChangeEndpoint,
  createCreateEndpoint,
  createListEndpoints,
  createReadEndpoint,
  createRemoveEndpoint,
} from './endpoints.ts'
import { createReadFanOut } from './fan-out-read.ts'
import { createWriteFanOut } from './fan-out-write.ts'
import { createLanes } from './lanes.ts'
import { createListDeliveries, createReadDelivery } from './list.ts'
import { createRedeliver, createRedeliverFailed } from './redeliver.ts'
import { createSettleDelivery } from './settle.ts'

/** What runs the commands of the roles `endpoints`, `fanOut` and `deliveries`. */
export const createDeliveryHandlers = (
  parts: Parts,
): Readonly<Record<keyof typeof deliveryCodecs, Handler>> => ({
  listEndpoints: createListEndpoints(parts),
  readEndpoint: createReadEndpoint(parts),
  createEndpoint: createCreateEndpoint(parts),
  changeEndpoint: createChangeEndpoint(parts),
  removeEndpoint: createRemoveEndpoint(parts),
  readFanOut: createReadFanOut(parts),
  writeFanOut: createWriteFanOut(parts),
  lanes: createLanes(parts),
  claimDeliveries: createClaimDeliveries(parts),
  settleDelivery: createSettleDelivery(parts),
  releaseDeliveries: createReleaseDeliveries(parts),
  readDelivery: createReadDelivery(parts),
  listDeliveries: createListDeliveries(parts),
  redeliver: createRedeliver(parts),
  redeliverFailed: createRedeliverFailed(parts),
  dropDeliveries: createDropDeliveries(parts),
  deliveryDepth: createDeliveryDepth(parts),
})
