import type { Endpoint } from '../../../core/endpoint.ts'
import type {
  DeliveryDepth,
  DeliveryQuery,
  LaneHead,
  ListedDelivery,
  RedeliverBatch,
  Redelivered,
  RedeliveredBatch,
  WholeDelivery,
} from '../../../ports/deliveries.ts'
import type { EndpointList } from '../../../ports/endpoints.ts'
import type { FanOutPage } from '../../../ports/fan-out.ts'
import type { Page } from '../../../ports/page.ts'
import { plainCodec } from '../codec.ts'
import { claimDeliveriesCodec } from './claim.ts'
import type { ReleaseRequest } from './drop.ts'
import type { ChangeEndpoint, EndpointRequest } from './endpoints.ts'
import { writeFanOutCodec } from './fan-out-write.ts'
import type { LanesRequest } from './lanes.ts'
import type { DeliveryRequest } from './list.ts'
import type { RedeliverRequest } from './redeliver.ts'
import { settleDeliveryCodec } from './settle.ts'

/** The commands of the roles `endpoints`, `fanOut` and `deliveries`. */
export const deliveryCodecs = {
  listEndpoints: plainCodec<null, EndpointList>('listEndpoints'),
  readEndpoint: plainCodec<EndpointRequest, Endpoint | null>('readEndpoint'),
  createEndpoint: plainCodec<Endpoint, 'created' | 'too-many'>('createEndpoint'),
  changeEndpoint: plainCodec<ChangeEndpoint, 'changed' | 'moved' | 'unknown'>('changeEndpoint'),
  removeEndpoint: plainCodec<EndpointRequest, 'removed' | 'unknown'>('removeEndpoint'),
  readFanOut: plainCodec<number, FanOutPage>('readFanOut'),
  writeFanOut: writeFanOutCodec,
  lanes: plainCodec<LanesRequest, readonly LaneHead[]>('lanes'),
  claimDeliveries: claimDeliveriesCodec,
  settleDelivery: settleDeliveryCodec,
  releaseDeliveries: plainCodec<ReleaseRequest, null>('releaseDeliveries'),
  readDelivery: plainCodec<DeliveryRequest, WholeDelivery | null>('readDelivery'),
  listDeliveries: plainCodec<DeliveryQuery, Page<ListedDelivery>>('listDeliveries'),
  redeliver: plainCodec<RedeliverRequest, Redelivered>('redeliver'),
  redeliverFailed: plainCodec<RedeliverBatch, RedeliveredBatch>('redeliverFailed'),
  dropDeliveries: plainCodec<number, number>('dropDeliveries'),
  deliveryDepth: plainCodec<null, DeliveryDepth>('deliveryDepth'),
} as const
