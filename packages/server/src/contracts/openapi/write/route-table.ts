import type { DescribedRoute } from './described-route.ts'
import { batchRoutes } from './routes/batches.ts'
import { channelRoutes } from './routes/channels.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { hookRoutes } from './routes/hooks.ts'
import { jobRoutes } from './routes/jobs.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { serverRoutes } from './routes/server.ts'
import { socketRoutes } from './routes/sockets.ts'
import { webhookRoutes } from './routes/webhooks.ts'

type RouteEntry = Pick<DescribedRoute, 'method' | 'path' | 'operationId'>

export const describedRoutes: readonly DescribedRoute[] = [
  ...jobRoutes,
  ...batchRoutes,
  ...channelRoutes,
  ...socketRoutes,
  ...webhookRoutes,
  ...deliveryRoutes,
  ...hookRoutes,
  ...deadLetterRoutes,
  ...scheduleRoutes,
  ...definitionRoutes,
  ...serverRoutes,
]

/** Where operations that are called by name are submitted; described once for each of them. */
export const submitRoute: RouteEntry = {
  method: 'post',
  path: '/v1/operations/{operation}/jobs',
  operationId: 'submitJob',
}

/** Every route of our own that the document describes, for holding it against those served. */
export const routeTable: readonly RouteEntry[] = [
  submitRoute,
  ...describedRoutes.map(({ method, path, operationId }) => ({ method, path, operationId })),
]
