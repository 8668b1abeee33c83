/** What RFC 7240's `Prefer` asks for, as far as it is ours. */
export interface Preference {
  readonly respondAsync: boolean
  /** How long to wait for the result, in whole seconds; null where nothing was said. */
  readonly waitSeconds: number | null
}

const maxWaitSeconds = 60
const none: Preference = { respondAsync: false, waitSeconds: null }
/** One preference: a name, and a value that may be quoted; parameters behind it are passed over. */
const item = /^\s*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?\s*(?:;.*)?$/s

/**
 * Reads the header as the standard has it: names without regard to case, the first of a repeated
 * preference wins, and what is not known or does not parse is as if it were not there.
 */
export function parsePrefer(header: string | readonly string[] | undefined): Preference {
  if (header === undefined) return none
  const found = new Map<string, string>()
  for (const part of splitOutsideQuotes([header].flat().join(','))) {
    const match = item.exec(part)
    const name = match?.[1]?.toLowerCase()
    if (match === null || name === undefined || found.has(name)) continue
    found.set(name, match[2]?.replaceAll(/\\(.)/gs, '$1') ?? match[3] ?? '')
  }
  return {
    respondAsync: found.has('respond-async'),
    waitSeconds: parseWait(found.get('wait')),
  }
}

const splitOutsideQuotes = (header: string): readonly string[] =>
  header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/gs) ?? []

const parseWait = (value: string | undefined): number | null =>
  value !== undefined && /^\d+$/.test(value) ? Math.min(Number(value), maxWaitSeconds) : null

/** The value of `Preference-Applied`, without parameters; null for none. */
export function appliedPreferences({ respondAsync, waitSeconds }: Preference): string | null {
  const applied = [
    ...(respondAsync ? ['respond-async'] : []),
    ...(waitSeconds === null ? [] : ['wait']),
  ]
  return applied.length === 0 ? null : applied.join(', ')
}
