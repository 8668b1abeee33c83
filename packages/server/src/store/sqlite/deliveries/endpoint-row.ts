import type { EndpointId } from '@buzzer/contract'
import type { Endpoint, EndpointSettings, SealedSecret } from '../../../core/endpoint.ts'
import type { Row, Value } from '../database.ts'

/** An endpoint with its health, which has a table of its own. */
export const selectEndpoints = `
  SELECT endpoints.id, tenant, settings, secrets, enabled, disabled, version, created_at, changed_at,
    failures, failing_since, last_success_at
  FROM endpoints JOIN endpoint_health ON endpoint_health.id = endpoints.id`

/** @throws where the row makes no endpoint, as after damage to the file */
export const decodeEndpoint = (row: Row): Endpoint => ({
  id: row[0] as EndpointId,
  tenant: row[1] as string,
  settings: JSON.parse(row[2] as string) as EndpointSettings,
  secrets: JSON.parse(row[3] as string) as readonly SealedSecret[],
  enabled: row[4] === 1,
  disabled: row[5] === null ? null : (JSON.parse(row[5] as string) as Endpoint['disabled']),
  version: row[6] as number,
  createdAt: row[7] as number,
  changedAt: row[8] as number,
  health: {
    failures: row[9] as number,
    failingSince: row[10] as number | null,
    lastSuccessAt: row[11] as number | null,
  },
})

/** Settings, secrets, enabled, disabled: what a change writes. */
export const ownersValues = ({
  settings,
  secrets,
  enabled,
  disabled,
}: Endpoint): readonly [Value, Value, Value, Value] => [
  JSON.stringify(settings),
  JSON.stringify(secrets),
  enabled ? 1 : 0,
  disabled === null ? null : JSON.stringify(disabled),
]
