import { isRecord } from '../../config/check-keys.ts'

const timeoutMs = 3_000

export interface Asked {
  readonly status: number
  readonly isJson: boolean
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks a server that may be anything; what is no object of JSON is an empty one. */
export async function ask(url: string): Promise<Asked> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' })
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const body: unknown = isJson ? await response.json() : null
  return { status: response.status, isJson: isRecord(body), body: isRecord(body) ? body : {} }
}
