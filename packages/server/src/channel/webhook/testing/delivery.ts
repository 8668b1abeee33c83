import type { OutgoingDelivery } from '../../../ports/channel.ts'

/** A delivery with everything that a test does not care about filled in. */
export const delivery = (
  url: string,
  changes: Partial<OutgoingDelivery> = {},
): OutgoingDelivery => ({
  id: 'dlv_01jtest',
  tenant: 'default',
  url,
  mediaType: 'application/cloudevents+json',
  body: new TextEncoder().encode('{"specversion":"1.0"}'),
  headers: [],
  secrets: [],
  timeoutMs: 5_000,
  ...changes,
})
