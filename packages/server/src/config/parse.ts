import { parseDuration } from '@buzzer/contract'
import { resolve } from 'node:path'
import { show } from '../define/show.ts'
import type { StoreConfig } from './config.ts'
import { parseSize } from '../core/size.ts'
import { isOutboundTarget } from './outbound-target.ts'
import { urlHost } from './server-address.ts'
import { suggest } from './suggest.ts'

/** What a value means, or what is wrong with it and how to write it. */
type Parsed<Value> = { readonly value: Value } | { readonly wrong: string }

/**
 * Reads a value as it was written: of any type in the file, text elsewhere.
 *
 * @param base the folder that relative paths are relative to
 */
export type Parse<Value> = (value: unknown, base: string) => Parsed<Value>

const wrong = (value: unknown, wanted: string): { readonly wrong: string } => ({
  wrong: `${show(value)} is not ${wanted}`,
})

export const port: Parse<number> = (value) => {
  const number = numberOf(value)
  return number !== null && number <= 65_535
    ? { value: number }
    : wrong(value, 'a port; write a number from 0 to 65535, such as 2899')
}

export const count: Parse<number> = (value) => {
  const number = numberOf(value)
  return number === null
    ? wrong(value, 'a count; write a whole number such as 256')
    : { value: number }
}

/** One at least. */
export const someCount: Parse<number | null> = (value, base) =>
  numberOf(value) === 0 ? wrong(value, 'a count; write a whole number from 1') : count(value, base)

/** Whole and not negative; text is taken too, because variables and flags have nothing else. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

export const durationMs: Parse<number> = (value) => {
  const ms = typeof value === 'string' ? parseDuration(value) : null
  return ms === null || ms === 0
    ? wrong(value, "a duration; write one such as '250ms', '30s', '5m', '2h' or '7d'")
    : { value: ms }
}

export const sizeBytes: Parse<number> = (value) => {
  const bytes = typeof value === 'string' ? parseSize(value) : null
  return bytes === null || bytes === 0
    ? wrong(value, "a size; write one such as '512kb', '1mb' or '1gb'")
    : { value: bytes }
}

export const oneOf =
  <const Value extends string>(values: readonly Value[]): Parse<Value> =>
  (value) => {
    const found = values.find((candidate) => candidate === value)
    if (found !== undefined) return { value: found }
    const near = typeof value === 'string' ? suggest(value, values) : null
    const meant = near === null ? '' : `; did you mean '${near}'?`
    return wrong(value, `one of ${values.map((each) => `'${each}'`).join(', ')}${meant}`)
  }

/** A name or an address to listen on that can stand in a URL; `[::1]` is the same as `::1`. */
export const host: Parse<string> = (value) => {
  const isPlain = typeof value === 'string' && /^(?:\[[\da-f:.]+\]|[\w.:-]+)$/i.test(value)
  const name = isPlain ? value.replaceAll(/[[\]]/g, '').toLowerCase() : ''
  return URL.canParse(`http://${urlHost(name)}`)
    ? { value: name }
    : wrong(value, "a host; write a name or an address alone, such as '127.0.0.1'")
}

/** An http or https address without query, without a trailing slash afterwards. */
export const publicUrl: Parse<string | null> = (value) => {
  if (value === null) return { value }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === ''
  return isPlain
    ? { value: url.href.replace(/\/+$/, '') }
    : wrong(value, "an address for links; write one such as 'https://buzzer.example.com'")
}

/** Where something is sent: kept as it is, for a path says where exactly. */
export const endpoint: Parse<string | null> = (value) => {
  if (value === null) return { value }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}` === ''
  return isPlain
    ? { value: url.href }
    : wrong(value, "an address without credentials; write one such as 'http://127.0.0.1:4318'")
}

export const fraction: Parse<number> = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1
    ? { value }
    : wrong(value, 'a share; write a number from 0 to 1, such as 0.1')

export const folder: Parse<string | null> = (value, base) =>
  typeof value === 'string' && value.trim() !== ''
    ? { value: resolve(base, value) }
    : wrong(value, "a folder; write a path such as './data'")

export const store: Parse<StoreConfig | null> = (value, base) => {
  if (typeof value === 'string' && /^postgres(?:ql)?:/i.test(value))
    return { wrong: "PostgreSQL is not supported yet; write 'sqlite:./data'" }
  const [, path = ''] = typeof value === 'string' ? (/^sqlite:(.+)$/i.exec(value) ?? []) : []
  if (path === '' || path.startsWith(':') || path.startsWith('//'))
    return wrong(value, "a store; write 'sqlite:' and a folder, such as 'sqlite:./data'")
  return { value: { kind: 'sqlite', folder: resolve(base, path) } }
}

export const bus: Parse<{ readonly kind: 'memory' }> = (value) => {
  if (value === 'memory') return { value: { kind: 'memory' } }
  return typeof value === 'string' && /^(?:redis|rediss|valkey):/i.test(value)
    ? { wrong: "Redis is not supported yet; write 'memory'" }
    : wrong(value, "a bus; write 'memory'")
}

export const auth: Parse<{ readonly kind: 'none' }> = (value) =>
  value === 'none'
    ? { value: { kind: 'none' } }
    : { wrong: `${show(value)} is not supported yet; write 'none', which serves this machine only` }

/** In the file a list; elsewhere text with commas. */
export const hostList: Parse<readonly string[]> = (value) => {
  const list = typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string'))
    return wrong(value, "a list of hosts; write one such as ['127.0.0.1:4000']")
  const odd = list.find((entry) => !isOutboundTarget(entry))
  return odd === undefined
    ? { value: list }
    : wrong(odd, "a host; write one such as '127.0.0.1:4000', or a range such as '10.0.0.0/8'")
}

/** Shorter ones could be guessed from a token that somebody got hold of. */
const leastSecretLength = 16

/** The value itself is not shown. */
export const secret: Parse<string | null> = (value) =>
  typeof value === 'string' && value.length >= leastSecretLength
    ? { value }
    : { wrong: `it is shorter than ${leastSecretLength} characters; try \`openssl rand -hex 32\`` }
