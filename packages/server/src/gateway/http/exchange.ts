import type { Received } from './request/http-request.ts'
import type { Endpoint } from './route.ts'

/** A request, the answer to it, and the endpoint that its method and path met. */
export interface Exchange extends Received {
  readonly endpoint: Endpoint
}
