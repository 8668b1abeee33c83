/** What verifies the signatures of one version. */
export interface VerifyingKey {
  readonly version: 'v1' | 'v1a'
  verify(signature: Bytes, signed: Bytes): Promise<boolean>
}

type Bytes = Uint8Array<ArrayBuffer>

/** One, or several while one of them takes the place of another. */
export type OneOrMore = string | readonly string[]

const hmac = { name: 'HMAC', hash: 'SHA-256' } as const
const ed25519 = { name: 'Ed25519' } as const

/** @throws TypeError where one of them is not what it should be, or there is none at all */
export async function verifyingKeys(
  secret: OneOrMore | undefined,
  publicKey: OneOrMore | undefined,
): Promise<readonly VerifyingKey[]> {
  const [secrets, publicKeys] = [listOf(secret), listOf(publicKey)]
  if (secrets.length + publicKeys.length === 0) {
    throw new TypeError('Nothing to verify with: give a secret (whsec_…) or a publicKey (whpk_…)')
  }
  return Promise.all([...secrets.map(keyOfSecret), ...publicKeys.map(keyOfPublicKey)])
}

const listOf = (given: OneOrMore | undefined): readonly string[] =>
  given === undefined ? [] : [given].flat()

/** WebCrypto compares in constant time, which comparing by hand would have to take care of. */
async function keyOfSecret(secret: string): Promise<VerifyingKey> {
  const bytes = bytesOf('whsec_', secret)
  // An empty secret is a key that everybody has.
  if (bytes === null || bytes.length < 24 || bytes.length > 64) {
    throw new TypeError('A secret is whsec_ and 24 to 64 bytes in Base64')
  }
  const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])
  return { version: 'v1', verify: (...given) => crypto.subtle.verify(hmac, key, ...given) }
}

async function keyOfPublicKey(publicKey: string): Promise<VerifyingKey> {
  const bytes = bytesOf('whpk_', publicKey)
  if (bytes?.length !== 32) throw new TypeError('A public key is whpk_ and 32 bytes in Base64')
  const key = await crypto.subtle.importKey('raw', bytes, ed25519, false, ['verify'])
  return { version: 'v1a', verify: (...given) => crypto.subtle.verify(ed25519, key, ...given) }
}

function bytesOf(prefix: string, text: unknown): Bytes | null {
  return typeof text === 'string' && text.startsWith(prefix)
    ? decodeBase64(text.slice(prefix.length))
    : null
}

/** @returns null where it is not Base64; `atob` alone would pass over blanks */
export const decodeBase64 = (text: string): Bytes | null =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1
    ? Uint8Array.from(atob(text.replace(/=+$/, '')), (character) => character.charCodeAt(0))
    : null
