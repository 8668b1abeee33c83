import type { EndpointId } from '@buzzer/contract'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Headers } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import type { Sealer } from '../../ports/sealer.ts'

/** What is secret of an endpoint, as it is sent and signed with. */
export interface Opened {
  readonly headers: Headers
  /** The present one first. */
  readonly secrets: readonly OpenedSecret[]
}

interface OpenedSecret {
  readonly secret: string
  readonly until: Millis | null
}

/** What the headers of an endpoint are sealed about; its secrets are about its id. */
export const headersSeal = (id: EndpointId): string => `${id} headers`

/**
 * An old secret that does not open signs nothing, so that a rotation mends an endpoint whose secrets
 * were sealed with another key.
 *
 * @returns null where its present secret or its headers were
 */
export function openEndpoint(sealer: Sealer, { id, secrets, settings }: Endpoint): Opened | null {
  const opened = secrets.map(({ sealed, until }) => ({ secret: sealer.open(sealed, id), until }))
  const { sealedHeaders } = settings
  const headers = sealedHeaders === null ? '[]' : sealer.open(sealedHeaders, headersSeal(id))
  return headers !== null && opened[0]?.secret !== null
    ? { headers: JSON.parse(headers) as Headers, secrets: opened.filter(isOpen) }
    : null
}

const isOpen = (each: { readonly secret: string | null }): each is OpenedSecret =>
  each.secret !== null

/** Those that sign at this moment. */
export const signingSecrets = ({ secrets }: Opened, now: Millis): readonly string[] =>
  secrets.filter(({ until }) => until === null || until > now).map(({ secret }) => secret)
