/** Headers of one connection (RFC 9110, section 7.6.1): neither passed on nor kept. */
export const hopByHopHeaders = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const

/**
 * Those of a connection, and those that say what only the sender knows: nobody may set them on a
 * request of ours.
 */
export const connectionHeaders: ReadonlySet<string> = new Set([
  ...hopByHopHeaders,
  'content-length',
  'expect',
  'host',
])

/** What was said to Buzzer alone, or is said anew by it: never passed on to an upstream as it is. */
export const notForwardedHeaders: ReadonlySet<string> = new Set([
  ...connectionHeaders,
  'authorization',
  'cookie',
  'idempotency-key',
  'prefer',
])
