import { setTimeout as sleep } from 'node:timers/promises'

/** Where the server is now; while there is none, callers wait. */
export interface Target {
  url(): Promise<string>
  set(url: string): void
  clear(): void
  /** There will be none any more: whoever asks fails. */
  close(): void
}

export function createTarget(): Target {
  let next = Promise.withResolvers<string>()
  return {
    url: () => next.promise,
    set: (url) => next.resolve(url),
    clear() {
      next = Promise.withResolvers<string>()
    },
    close() {
      next = Promise.withResolvers<string>()
      next.promise.catch(() => {})
      next.reject(new Error('there will be no server any more'))
    },
  }
}

export interface Ask {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Longer than anything that is asked for takes: a connection that is silent so long is a finding. */
const patienceMs = 30_000
const betweenTriesMs = 15

/** @returns null where the connection was lost, so that nobody knows what became of it */
export async function ask(target: Target, path: string, what: Ask = {}): Promise<Answer | null> {
  const response = await request(target, path, what)
  if (response === null) return null
  try {
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    return lost(error)
  }
}

/** The same without reading the body. */
export async function request(target: Target, path: string, what: Ask): Promise<Response | null> {
  const { method = 'GET', headers = {}, body } = what
  const url = await target.url()
  try {
    return await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch (error) {
    const answer = lost(error)
    // Between a death and the parent's notice of it, the address is an old one.
    await sleep(betweenTriesMs)
    return answer
  }
}

function lost(error: unknown): null {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    throw new Error(`no answer within ${patienceMs} ms`, { cause: error })
  }
  return null
}

/** Asks until somebody answers. 503 is an answer to wait after. */
export async function askSurely(target: Target, path: string, what: Ask = {}): Promise<Answer> {
  for (;;) {
    const answer = await ask(target, path, what)
    if (answer !== null && answer.status !== 503) return answer
    await sleep(betweenTriesMs)
  }
}
