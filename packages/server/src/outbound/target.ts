import { hostKey } from './guard.ts'

/** Where a URL leads, with path and query as they were written. */
export interface Target {
  /** Scheme, host and port in their normal form. */
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Path and query, character by character as in the URL. */
  readonly path: string
}

export type TargetOutcome =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'rejected'; readonly detail: string }

// Only the authority goes through the URL parser, which brings every notation of a host to one
// form; it would rewrite paths (dot segments, escapes), which have to pass on as they came.
const shape = /^(https?):\/\/([^/?#\\]+)((?:[/?][^#]*)?)(?:#.*)?$/i
const foreign = /[^\u0021-\u007e]/
const blank = /[\p{Cc}\p{Z}]/u

/** Takes a URL apart; anything but plain http and https without credentials is rejected. */
export function parseTarget(text: string): TargetOutcome {
  if (blank.test(text)) return rejected('The URL has spaces or control characters in it.')
  const match = shape.exec(text)
  if (match === null) return rejected('The URL is not an absolute http or https URL.')
  const [, scheme = '', authority = '', rest = ''] = match
  if (authority.includes('@')) return rejected('The URL carries credentials.')
  const url = URL.parse(`${scheme}://${authority}/`)
  if (url === null) return rejected('The host of the URL does not parse.')
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  if (url.pathname !== '/' || port === 0 || url.hostname.includes('..'))
    return rejected('The host of the URL does not parse.')
  const path = encodeForeign(rest.startsWith('/') ? rest : `/${rest}`)
  return {
    kind: 'target',
    target: { origin: url.origin, host: hostKey(url.hostname), port, path },
  }
}

/** Characters that no request line can carry, as their UTF-8 escapes. */
const encodeForeign = (path: string): string =>
  foreign.test(path)
    ? path.replaceAll(/[^\u0021-\u007e]+/gu, (text) => encodeURIComponent(text.toWellFormed()))
    : path

const rejected = (detail: string): TargetOutcome => ({ kind: 'rejected', detail })
