import { ConnectionError } from '@buzzer/client'

export interface WholeAnswer {
  readonly response: Response
  readonly text: string
}

/**
 * Asks a server what the client has no method for.
 *
 * @param url the server's address, without a trailing slash
 * @throws ConnectionError where it cannot be reached, or is gone before its answer is whole; the
 *   reason of the signal
 */
export async function fetchWhole(
  url: string,
  path: string,
  init: RequestInit = {},
): Promise<WholeAnswer> {
  try {
    const response = await fetch(`${url}${path}`, init)
    return { response, text: await response.text() }
  } catch (cause) {
    init.signal?.throwIfAborted()
    throw new ConnectionError(`Could not reach ${url}`, { cause })
  }
}
