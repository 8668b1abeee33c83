import type { OutboundRequest } from '../../ports/outbound.ts'

/** A request with everything that a test does not care about filled in. */
export const get = (url: string, changes: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  url,
  headers: [],
  body: null,
  timeoutMs: 5_000,
  maxBytes: 65_536,
  signal: new AbortController().signal,
  ...changes,
})
