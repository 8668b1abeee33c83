import type { JobDocument, ProblemDocument } from '@buzzer/contract'
import { BuzzerError, unexpected } from './error.ts'
import { retryAfterMs } from './time.ts'

/** Reads JSON. @throws SyntaxError where it is none */
export type Parse = (text: string) => unknown

const mediaType = (response: Response): string =>
  (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isEventStream = (response: Response): boolean =>
  mediaType(response) === 'text/event-stream'

const isProblem = (response: Response): boolean =>
  mediaType(response) === 'application/problem+json'

const isJson = (type: string): boolean => type === 'application/json' || type.endsWith('+json')

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

export const isJob = (value: unknown): value is JobDocument =>
  isObject(value) && typeof value['id'] === 'string' && typeof value['version'] === 'number'

/**
 * The job whose outcome this answer is: a result names its job in `Content-Location`. Such an
 * answer is final, whatever its status, so it must never be taken for a refusal to be retried.
 */
export const outcomeOf = (response: Response): string | null =>
  /\/v1\/jobs\/(job_[0-9a-z]+)/.exec(response.headers.get('content-location') ?? '')?.[1] ?? null

/** Reads an answer of ours as JSON; anything but success rejects with a {@link BuzzerError}. */
export const readJson = (response: Response): Promise<unknown> => readJsonWith(JSON.parse, response)

/** The same, where it may carry what somebody else wrote. */
export async function readJsonWith(parse: Parse, response: Response): Promise<unknown> {
  if (!response.ok) throw await readProblem(response)
  return parseJson(response.status, await response.text(), parse)
}

/** Reads an answer whose body is a job. */
export async function readJob(response: Response): Promise<JobDocument> {
  const value = await readJson(response)
  if (!isJob(value)) throw unexpected(response.status, 'The answer is not a job.')
  return value
}

/** Gives what reads an output as the client was told to. */
export const outputReader =
  ({ parse }: { readonly parse: Parse }) =>
  (response: Response): Promise<unknown> =>
    readOutput(response, parse)

/** Reads what a handler gave: JSON as a value, text as a string, anything else as bytes. */
async function readOutput(response: Response, parse: Parse): Promise<unknown> {
  if (!response.ok) throw await readProblem(response)
  const type = mediaType(response)
  if (response.status === 204) return undefined
  if (isJson(type)) return parseJson(response.status, await response.text(), parse)
  return type.startsWith('text/')
    ? await response.text()
    : new Uint8Array(await response.arrayBuffer())
}

/** Makes the error of an answer that is not a success, problem document or not. */
export async function readProblem(response: Response): Promise<BuzzerError> {
  const text = await response.text()
  const problem = isProblem(response) ? parseProblem(text) : null
  const askedMs = retryAfterMs(response.headers, Date.now())
  if (problem !== null) return new BuzzerError(problem, askedMs)
  const detail = `HTTP ${response.status} without a problem document: ${text.slice(0, 200)}`
  return unexpected(response.status, detail, askedMs)
}

/** The code of a problem, without using up the answer's body. */
export async function problemCode(response: Response): Promise<string | null> {
  if (!isProblem(response)) return null
  return parseProblem(await response.clone().text())?.code ?? null
}

function parseProblem(text: string): ProblemDocument | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && typeof value['code'] === 'string' ? (value as ProblemDocument) : null
  } catch {
    return null
  }
}

function parseJson(status: number, text: string, parse: Parse): unknown {
  try {
    return parse(text)
  } catch {
    throw unexpected(status, 'The answer is not JSON.')
  }
}
