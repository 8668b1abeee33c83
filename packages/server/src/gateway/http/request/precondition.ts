import type { Problem } from '@buzzer/contract'
import type { ChangeTerms, VersionTest } from '../../../ports/registry.ts'
import { invalidHeader } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'

const any: VersionTest = () => true

/**
 * Reads `If-Match` and `If-None-Match: *` (RFC 9110, section 13.1) of a request that changes
 * something whose entity tag is its version.
 */
export function readPrecondition({ headers }: HttpRequest): VersionTest | Problem {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const mayReplace = match === undefined ? any : readMatch(match)
  const isAbsent = noneMatch === undefined ? any : readNoneMatch(noneMatch)
  if (typeof mayReplace !== 'function') return mayReplace
  if (typeof isAbsent !== 'function') return isAbsent
  return (version) => mayReplace(version) && isAbsent(version)
}

/** On which terms, and by whom, a definition is changed. */
export function readTerms(request: HttpRequest): ChangeTerms | Problem {
  const expects = readPrecondition(request)
  return typeof expects === 'function' ? { expects, by: request.caller.client } : expects
}

function readMatch(header: string): VersionTest | Problem {
  if (header.trim() === '*') return (version) => version > 0
  const tags = header.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => /^(?:W\/)?"[^"]*"$/.test(tag))) {
    return invalidHeader('If-Match', 'takes entity tags such as "3", or *')
  }
  // A weak tag is one, and matches nothing here: the comparison is the strong one.
  return (version) => tags.includes(`"${version}"`)
}

const readNoneMatch = (header: string): VersionTest | Problem =>
  header.trim() === '*'
    ? (version) => version === 0
    : invalidHeader('If-None-Match', 'takes * here: only what is not there yet is made')

/** @param version null for what stands in the configuration, which has none */
export const versionTag = (version: number | null): Readonly<Record<string, string>> =>
  version === null ? {} : { etag: `"${version}"` }
