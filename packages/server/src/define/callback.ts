import type { Duration } from '@buzzer/contract'
import { ConfigError } from './errors.ts'
import { isPointer } from './hook-terms.ts'
import { createReader, type Reader } from './option-reader.ts'

/** How an upstream that calls back when it is done is told where. */
export interface CallbackOptions {
  /** The hook that it calls, one with `finish`. */
  readonly hook: string
  /** The header that carries the address. Default: `Callback-URL`, or none where `at` is set. */
  readonly header?: string
  /** Where in the JSON body the address goes too: a JSON Pointer such as `/callbackUrl`. */
  readonly at?: string
  /** How long it may take; after that the job fails. Default: `24h`. */
  readonly within?: Duration
}

/** What of it the runner works with. */
export interface CallbackTerms {
  readonly hook: string
  /** In lower case. */
  readonly header: string | null
  readonly at: string | null
  readonly withinMs: number
}

export const callbackKeys = ['hook', 'header', 'at', 'within'] as const

/** Names that the guarded client and the runner write by themselves. */
const ownHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'te',
  'transfer-encoding',
])
const dayMs = 86_400_000

/** @throws ConfigError naming all that is wrong */
export function callbackOf(path: string, options: CallbackOptions): CallbackTerms {
  const read = createReader(path)
  const hook = read.text('hook', options.hook) ?? ''
  if (hook === '') read.refuse('hook', 'it is missing; write the name of a hook')
  const at = read.text('at', options.at)
  if (at !== null && !isPlace(at))
    read.refuse('at', "it is no JSON Pointer; write one such as '/callbackUrl'")
  const header = headerOf(read, options.header ?? (at === null ? 'Callback-URL' : null))
  const withinMs = read.duration('within', options.within, 1) ?? dayMs
  if (read.issues.length > 0) throw new ConfigError(read.issues)
  return { hook, header, at, withinMs }
}

/** The body as a whole is none, nor is what other programs merge into objects. */
const isPlace = (at: string): boolean =>
  at !== '' && isPointer(at) && !/\/(?:__proto__|constructor)(?:\/|$)/.test(at)

function headerOf(read: Reader, header: unknown): string | null {
  if (header === null) return null
  const isName = typeof header === 'string' && /^[!#$%&'*+.^`|~\w-]+$/.test(header)
  if (isName && !ownHeaders.has(header.toLowerCase())) return header.toLowerCase()
  read.refuse('header', 'this is no name of a header that can be set')
  return null
}
