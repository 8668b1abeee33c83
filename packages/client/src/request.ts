import type { CallOptions } from './job-handle.ts'
import type { ServerRequest } from './transport.ts'

/** A request of our own API that may be sent again. */
export const request = (method: string, path: string, { signal }: CallOptions): ServerRequest => ({
  method,
  path,
  headers: new Headers(),
  repeatable: true,
  signal,
})

/** One that may not. */
export const once = (method: string, path: string, options: CallOptions): ServerRequest => ({
  ...request(method, path, options),
  repeatable: false,
})

/** The same with a value as its body. */
export function withBody(
  to: ServerRequest,
  value: object,
  type = 'application/json',
): ServerRequest {
  to.headers.set('content-type', type)
  return { ...to, body: JSON.stringify(value) }
}

export function query(filter: object): string {
  const parameters = new URLSearchParams()
  const members = Object.entries(filter) as [string, Date | string | number | undefined][]
  for (const [name, value] of members) {
    if (name === 'signal' || value === undefined) continue
    parameters.set(name, value instanceof Date ? value.toISOString() : String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}
