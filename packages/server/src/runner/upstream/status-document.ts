import { isBlob } from '../../core/payload.ts'
import type { OutboundAnswer } from '../../ports/outbound.ts'
import { headerOf } from './headers.ts'
import { asObject, asText, parseJsonObject, type JsonObject } from './json.ts'

/** What a status monitor says about the work behind it. */
export type Status =
  | { readonly kind: 'pending'; readonly percent: number | null; readonly message: string | null }
  /** @property result where the result is, or null where this answer is the result */
  | { readonly kind: 'succeeded'; readonly result: string | null }
  | { readonly kind: 'failed'; readonly status: string; readonly error: unknown }
  /** No status that is known: the answer is no status document. */
  | { readonly kind: 'none' }

/**
 * States without case, spaces, hyphens and underscores, as the dialects below write them. What is
 * rather the state of a finished thing (`active`, `new`, `open`) is not among them.
 */
const pending = new Set(
  (
    'accepted creating deleting inprogress inputrequired notstarted pending processing ' +
    'provisioning queued running scheduled started starting submitted updating validating ' +
    'waiting working'
  ).split(' '),
)
const succeeded = new Set(
  'complete completed done finished succeeded success successful'.split(' '),
)
const failed = new Set(
  (
    'aborted cancelled canceled dismissed error errored expired fail failed failure rejected ' +
    'terminated timedout timeout'
  ).split(' '),
)

/**
 * Reads a JSON status document. Understood are
 *
 * - `done`, with `error` or `response` (Google AIP-151);
 * - `status`, `state` or `properties.provisioningState` as text (Azure, OGC API Processes, Buzzer
 *   itself, and most of those that made up their own), with `error` or `errors`;
 * - the place of the result in `resourceLocation` (Azure), `links.result` (Buzzer) or among
 *   `links` with the relation `results` (OGC, whose default is `{monitor}/results`).
 *
 * A state that is in none of the lists is taken for a field of the result itself.
 */
export function readStatus(answer: OutboundAnswer, url: string): Status {
  const mediaType = headerOf(answer.headers, 'content-type') ?? ''
  const isJson = /^[^;]*[/+]json\b/i.test(mediaType)
  // One that is so large is a result, not word of one.
  const document = isJson && !isBlob(answer.body) ? parseJsonObject(answer.body) : null
  if (document === null) return { kind: 'none' }
  const text = stateOf(document)
  switch (phaseOf(document, text)) {
    case 'pending':
      return pendingOf(document)
    case 'succeeded':
      return { kind: 'succeeded', result: resultOf(document, url) }
    case 'failed':
      return { kind: 'failed', status: text ?? 'failed', error: errorOf(document) }
    case 'none':
      return { kind: 'none' }
  }
}

function phaseOf(document: JsonObject, text: string | null): Status['kind'] {
  const { done } = document
  if (done === false) return 'pending'
  const state = text?.toLowerCase().replaceAll(/[\s_-]/g, '') ?? ''
  if (pending.has(state)) return 'pending'
  if (failed.has(state)) return 'failed'
  if (done === true && errorOf(document) !== null) return 'failed'
  return done === true || succeeded.has(state) ? 'succeeded' : 'none'
}

/** At most so many characters of JSON are kept with the job. */
const maxErrorLength = 8_192

function errorOf(document: JsonObject): unknown {
  const error = document['error'] ?? document['errors'] ?? null
  if (Array.isArray(error) && error.length === 0) return null
  const json = JSON.stringify(error)
  return json.length > maxErrorLength ? json.slice(0, maxErrorLength) : error
}

const stateOf = (document: JsonObject): string | null =>
  asText(document['status']) ??
  asText(document['state']) ??
  asText(asObject(document['properties'])?.['provisioningState'])

function pendingOf(document: JsonObject): Status {
  const progress = asObject(document['progress'])
  const percents = [document['percentComplete'], document['progress'], progress?.['percent']]
  return {
    kind: 'pending',
    percent: percents.find(isPercent) ?? null,
    message: asText(document['message']) ?? asText(progress?.['message']),
  }
}

const isPercent = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 100

function resultOf(document: JsonObject, url: string): string | null {
  const { links } = document
  const place = asText(document['resourceLocation']) ?? asText(asObject(links)?.['result'])
  if (place !== null) return place
  if (Array.isArray(links)) {
    const link = links.map(asObject).find((entry) => isResults(asText(entry?.['rel'])))
    const href = asText(link?.['href'])
    if (href !== null) return href
  }
  return asText(document['jobID']) === null ? null : `${url.split(/[?#]/, 1)[0] ?? ''}/results`
}

const isResults = (relation: string | null): boolean =>
  relation !== null && /(?:^|\/)results$/.test(relation)
