import type { HmacScheme, HookScheme } from '../core/hook.ts'
import type { HmacVerifyOptions, SecretOptions, VerifyOptions } from './hook.ts'
import type { Reader } from './option-reader.ts'

/** The keys of each scheme. */
export const verifyKeys = {
  standard: ['scheme', 'secret', 'secrets', 'publicKey', 'tolerance'],
  stripe: ['scheme', 'secret', 'secrets', 'tolerance'],
  github: ['scheme', 'secret', 'secrets'],
  hmac: [
    'scheme',
    'secret',
    'secrets',
    'header',
    'algorithm',
    'encoding',
    'prefix',
    'content',
    'timestamp',
    'id',
    'tolerance',
  ],
} as const satisfies Record<VerifyOptions['scheme'], readonly string[]>

const schemes = Object.keys(verifyKeys) as VerifyOptions['scheme'][]
const defaultToleranceMs = 300_000
const none: HookScheme = { kind: 'none' }

/** Reads how a sender signs; says what is wrong without ever showing a secret. */
export function schemeOf(read: Reader, verify: VerifyOptions | 'none' | undefined): HookScheme {
  if (verify === 'none') return none
  if (typeof verify !== 'object' || verify === null) {
    read.refuse(
      'verify',
      "write { scheme: 'standard', secret: process.env['…'] }, or 'none' to take calls from anybody",
    )
    return none
  }
  if (read.choice('verify.scheme', verify.scheme ?? null, schemes) === null) return none
  switch (verify.scheme) {
    case 'standard':
      return standardOf(read, verify)
    case 'stripe':
      return {
        kind: 'stripe',
        secrets: secretsOf(read, verify),
        toleranceMs: tolerance(read, verify),
      }
    case 'github':
      return { kind: 'github', secrets: secretsOf(read, verify) }
    case 'hmac':
      return hmacOf(read, verify)
  }
}

const tolerance = (read: Reader, { tolerance: given }: { readonly tolerance?: unknown }): number =>
  read.duration('verify.tolerance', given, 1) ?? defaultToleranceMs

/** A variable that is not set must not become a key that anybody knows. */
function secretsOf(read: Reader, { secret, secrets }: SecretOptions): readonly string[] {
  if (secrets !== undefined && !Array.isArray(secrets)) {
    read.refuse('verify.secrets', 'this is not a list of text')
    return []
  }
  const field = secrets === undefined ? 'verify.secret' : 'verify.secrets'
  const list: readonly unknown[] = secrets ?? []
  const given = secret === undefined ? list : [secret, ...list]
  const texts = given.filter((each) => typeof each === 'string' && each.trim() !== '')
  if (given.length === 0 || texts.length < given.length)
    read.refuse(field, 'it is missing or empty; is its variable set in the environment?')
  return texts as readonly string[]
}

type Standard = Extract<VerifyOptions, { readonly scheme: 'standard' }>

function standardOf(read: Reader, options: Standard): HookScheme {
  const { publicKey } = options
  const isKeyAlone =
    'publicKey' in options && options.secret === undefined && options.secrets === undefined
  const secrets = isKeyAlone ? [] : secretsOf(read, options)
  const keys = secrets.map((secret) => bytesOf(secret, 'whsec_'))
  if (keys.includes(null))
    read.refuse('verify.secret', 'it is no Base64; write it as the sender shows it, whsec_…')
  const key = typeof publicKey === 'string' ? bytesOf(publicKey, 'whpk_') : null
  if ('publicKey' in options && key?.byteLength !== 32) {
    const wanted = 'write the ed25519 key as the sender shows it, whpk_…'
    read.refuse('verify.publicKey', `it is missing or no such key; ${wanted}`)
  }
  return {
    kind: 'standard',
    secrets: keys.filter((each) => each !== null),
    publicKey: key,
    toleranceMs: tolerance(read, options),
  }
}

/** Standard Webhooks writes its keys in Base64 behind a prefix, which may be left out. */
function bytesOf(text: string, prefix: string): Uint8Array | null {
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : text
  const [, digits = ''] = /^([A-Za-z0-9+/]+)={0,2}$/.exec(encoded) ?? []
  // Of each four the first alone is no whole byte.
  const isBase64 = digits !== '' && encoded.length >= 4 && digits.length % 4 !== 1
  return isBase64 ? Uint8Array.from(Buffer.from(digits, 'base64')) : null
}

const units = { s: 1_000, ms: 1 }

function hmacOf(read: Reader, options: HmacVerifyOptions): HookScheme {
  const { algorithm, encoding, timestamp: when, id } = options
  const { header, unit } = read.group('verify.timestamp', when, ['header', 'unit'])
  const unitMs = units[read.choice('verify.timestamp.unit', unit, ['s', 'ms']) ?? 's']
  const timestamp =
    when === undefined
      ? null
      : { header: headerOf(read, 'verify.timestamp.header', header), unitMs }
  return {
    kind: 'hmac',
    header: headerOf(read, 'verify.header', options.header),
    algorithm: read.choice('verify.algorithm', algorithm, ['sha256', 'sha512', 'sha1']) ?? 'sha256',
    encoding: read.choice('verify.encoding', encoding, ['hex', 'base64']) ?? 'hex',
    prefix: read.text('verify.prefix', options.prefix) ?? '',
    content: contentOf(read, options, timestamp !== null),
    timestamp,
    id: id === undefined ? null : headerOf(read, 'verify.id', id),
    secrets: secretsOf(read, options),
    toleranceMs: tolerance(read, options),
  } satisfies HmacScheme
}

/** A time that is not signed could be written anew, and would only seem to keep old calls out. */
function contentOf(read: Reader, { content, id }: HmacVerifyOptions, isTimed: boolean): string {
  const text = read.text('verify.content', content) ?? (isTimed ? '{timestamp}.{body}' : '{body}')
  const places = [...text.matchAll(/\{(\w*)\}/g)].map(([, place]) => place)
  const allowed = ['body', ...(isTimed ? ['timestamp'] : []), ...(id === undefined ? [] : ['id'])]
  const isWhole = places.filter((place) => place === 'body').length === 1
  const isKnown = places.every((place) => allowed.includes(place ?? ''))
  if (!isWhole || !isKnown || places.includes('timestamp') !== isTimed) {
    const wanted = allowed.map((place) => `{${place}}`).join(', ')
    read.refuse('verify.content', `it has to have {body} once, {timestamp} too, of ${wanted}`)
  }
  return text
}

function headerOf(read: Reader, field: string, value: unknown): string {
  const isName = typeof value === 'string' && /^[!#$%&'*+.^`|~\w-]+$/.test(value)
  if (!isName) read.refuse(field, 'this is no name of a header')
  return isName ? value.toLowerCase() : ''
}
