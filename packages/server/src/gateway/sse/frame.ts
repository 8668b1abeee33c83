/** How long a browser waits before it comes back, sent at the start of every stream. */
const retryMs = 3_000

export const opening = `retry: ${retryMs}\n\n`

/** Keeps proxies from closing a quiet connection. */
export const comment = ': still here\n\n'

/**
 * One event in the format of the HTML standard.
 *
 * @param data JSON text, which has no line break
 */
export const frame = (id: number, event: string, data: string): string =>
  `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`
