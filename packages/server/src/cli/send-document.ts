import { BuzzerError, type ProblemDocument } from '@buzzer/client'
import { CommandError } from './command-error.ts'
import type { Connection } from './connect.ts'
import { fetchWhole } from './fetch-whole.ts'

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
  const target = `${path}?${new URLSearchParams(query).toString()}`
  const answer = await fetchWhole(url, target, {
    method: 'POST',
    headers: {
      'content-type': `application/${format}`,
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: text,
  })
  const body = jsonIn(answer.text)
  if (answer.response.ok && body !== null) return body
  if (isProblem(body)) throw new BuzzerError(body)
  throw new CommandError(`${url} answered ${answer.response.status}.`, { code: 'not-imported' })
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
