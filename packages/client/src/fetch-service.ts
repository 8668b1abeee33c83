import { outcomeOf } from './answer.ts'
import type { JobHandle } from './job-handle.ts'
import { acceptedJob, submission } from './submit.ts'
import type { SubmitOptions } from './submit-options.ts'
import type { Transport } from './transport.ts'

/** A call of a wrapped API: what `fetch` takes, and how the job is to be run. */
export interface ServiceCall extends SubmitOptions {
  readonly method?: string | undefined
  /** Anything that `fetch` takes; it is read into memory first, so that it can be sent again. */
  readonly body?: RequestInit['body'] | undefined
}

/**
 * Calls a wrapped API by its own route.
 *
 * @param path from the server's address on, with a leading slash
 * @returns a handle where the call became a job that has not ended, else the answer itself
 */
export async function fetchService(
  transport: Transport,
  path: string,
  call: ServiceCall,
): Promise<Response | JobHandle<Response>> {
  // The server's address goes in front; anything but a path could lead the credential elsewhere.
  if (!/^\/(?![/\\])/.test(path)) throw new TypeError(`Not a path: ${JSON.stringify(path)}`)
  const { type, bytes } = await freeze(call.body)
  const request = submission((call.method ?? 'GET').toUpperCase(), path, bytes, call)
  if (type !== null && !request.headers.has('content-type'))
    request.headers.set('content-type', type)
  return transport.send(request, async (response) =>
    isAccepted(response) ? acceptedJob(transport, response, keepWhole) : response,
  )
}

/** A form's boundary changes each time it is written, and a repeated request must not change. */
async function freeze(body: RequestInit['body']): Promise<{
  type: string | null
  bytes: Uint8Array<ArrayBuffer> | undefined
}> {
  if (body === undefined || body === null) return { type: null, bytes: undefined }
  const whole = new Response(body)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  return { type: whole.headers.get('content-type'), bytes }
}

/** An upstream can answer 202 too; then it is a result, which names its job. */
const isAccepted = (response: Response): boolean =>
  response.status === 202 && outcomeOf(response) === null

const keepWhole = async (response: Response): Promise<Response> => response
