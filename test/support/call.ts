export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface Called {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, where it is JSON; a test knows what it has asked for. */
  json<Body>(): Body
}

/** One request, its whole answer. The method is POST where there is a body, else GET. */
export async function call(url: string, path: string, what: Call = {}): Promise<Called> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST', signal } = what
  const response = await fetch(new URL(path, url), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: <Body>() => JSON.parse(text) as Body,
  }
}

/** What tests look at in a job's document. */
export interface JobDocument {
  readonly id: string
  readonly state: string
  readonly version: number
  readonly run: number
  readonly attempt: number
  readonly token?: string
  readonly error: null | { readonly code: string }
}

/** Submits a job that has to be accepted. */
export async function submit(
  url: string,
  operation: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<JobDocument> {
  const answer = await call(url, `/v1/operations/${operation}/jobs`, { body, headers })
  if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${answer.text}`)
  return answer.json<JobDocument>()
}

/** The job when it has ended, or as it is after a minute. */
export async function ended(url: string, id: string): Promise<JobDocument> {
  const answer = await call(url, `/v1/jobs/${id}`, { headers: { prefer: 'wait=60' } })
  if (answer.status !== 200) throw new Error(`${id}: ${answer.status} ${answer.text}`)
  return answer.json<JobDocument>()
}
