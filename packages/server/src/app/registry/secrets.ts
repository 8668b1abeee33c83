import type { Credentials } from '../../define/service.ts'

/** What stands in the place of a secret wherever it is shown. */
const hidden = '***'

/** The credentials as they may be shown. */
export function hideSecrets(credentials: Credentials): Credentials {
  return withSecret(credentials, hidden)
}

/** Whether a secret was sent back as it was shown. */
export const isHidden = (credentials: Credentials): boolean => secretOf(credentials) === hidden

/**
 * Puts the known secret into the place of `***`.
 *
 * @returns null where none is known of the same kind
 */
export function restoreSecret(given: Credentials, known: Credentials | undefined) {
  if (known === undefined || kindOf(known) !== kindOf(given)) return null
  return withSecret(given, secretOf(known))
}

const kindOf = (credentials: Credentials): string =>
  'header' in credentials ? 'header' : 'basic' in credentials ? 'basic' : 'oauth2'

function secretOf(credentials: Credentials): string {
  if ('header' in credentials) return credentials.value
  if ('basic' in credentials) return credentials.basic.password
  return credentials.oauth2.clientSecret
}

function withSecret(credentials: Credentials, secret: string): Credentials {
  if ('header' in credentials) return { ...credentials, value: secret }
  if ('basic' in credentials) return { basic: { ...credentials.basic, password: secret } }
  return { oauth2: { ...credentials.oauth2, clientSecret: secret } }
}

/** Where a secret goes; a known one is not sent anywhere else without being said again. */
export const tokenUrlOf = (credentials: Credentials): string | null =>
  'oauth2' in credentials ? credentials.oauth2.tokenUrl : null
