import { BuzzerError, ConnectionError, type ProblemDocument } from '@buzzer/client'
import { CommandError } from './command-error.ts'
import type { Connection } from './connect.ts'

/**
 * Gives a document to a running server.
 *
 * @returns what it says
 * @throws BuzzerError where the server refuses it
 */
export async function sendDocument(
  { url, key }: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  { text, format }: { readonly text: string; readonly format: 'json' | 'yaml' },
): Promise<unknown> {
  const response = await fetch(`${url}${path}?${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    headers: {
      'content-type': `application/${format}`,
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: text,
  }).catch((cause: unknown) => {
    throw new ConnectionError(`Could not reach ${url}`, { cause })
  })
  const body: unknown = await response.json().catch(() => null)
  if (response.ok && body !== null) return body
  if (isProblem(body)) throw new BuzzerError(body)
  throw new CommandError(`${url} answered ${response.status}.`, { code: 'not-imported' })
}

export const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
