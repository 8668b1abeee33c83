/**
 * Reads `If-None-Match` (RFC 9110): a list of entity tags, of which ours are a job's versions.
 *
 * @returns the versions that the caller knows, or null where it named none of ours
 */
export function parseVersions(header: string | undefined): ReadonlySet<number> | null {
  if (header === undefined) return null
  const versions = header
    .split(',')
    .map((tag) => /^\s*(?:W\/)?"(\d{1,15})"\s*$/.exec(tag)?.[1])
    .filter((version) => version !== undefined)
  return versions.length === 0 ? null : new Set(versions.map(Number))
}
