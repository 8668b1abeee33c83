/** Versions that a caller knows. */
export interface KnownVersions {
  has(version: number): boolean
}

/** Entity tags that a caller knows. */
export interface KnownTags {
  has(tag: string): boolean
}

const any: KnownVersions = { has: () => true }

/**
 * Reads `If-None-Match` (RFC 9110): a list of entity tags, of which ours are a job's versions, or
 * `*` for whatever there is.
 *
 * @returns null where it named none of ours
 */
export function parseVersions(header: string | undefined): KnownVersions | null {
  if (header === undefined) return null
  if (header.trim() === '*') return any
  const versions = header
    .split(',')
    .map((tag) => /^\s*(?:W\/)?"(\d{1,15})"\s*$/.exec(tag)?.[1])
    .filter((version) => version !== undefined)
  return versions.length === 0 ? null : new Set(versions.map(Number))
}

/** The same where tags are no versions; all are compared as the weak ones that ours are. */
export function parseTags(header: string | undefined): KnownTags | null {
  if (header === undefined) return null
  if (header.trim() === '*') return { has: () => true }
  const tags = header.match(/"[^"]*"/g) ?? []
  return tags.length === 0 ? null : new Set(tags.map((tag) => `W/${tag}`))
}
