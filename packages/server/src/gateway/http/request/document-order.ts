import type { Problem } from '@buzzer/contract'
import { invalidParameter } from './header-problem.ts'
import { refuseParameters } from './known-parameters.ts'

/**
 * Whether a document is only to be looked at.
 *
 * @param known names of all parameters that the route takes
 */
export function readDryRun(query: URLSearchParams, known: readonly string[]): boolean | Problem {
  const wrong = refuseParameters(query, known)
  if (wrong !== null) return wrong
  const dryRun = query.get('dryRun') ?? 'false'
  return dryRun === 'true' || dryRun === 'false'
    ? dryRun === 'true'
    : invalidParameter('dryRun', 'takes true or false')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The document as text, whatever its media type says. */
export function readText(body: Uint8Array | null, language: string): string | Problem {
  if (body === null) {
    const detail = `There is no body. Send the ${language} document, as JSON or YAML.`
    return { code: 'malformed-body', detail }
  }
  try {
    return utf8.decode(body)
  } catch {
    return { code: 'malformed-body', detail: 'The document is not UTF-8 text.' }
  }
}
