import { expect, test } from 'vitest'
import type { EndpointId } from '@buzzer/contract'
import { withSecret, type Endpoint } from '../../core/endpoint.ts'
import { defaultDeliveryPolicy } from '../../core/delivery-policy.ts'
import { healthy } from '../../core/endpoint-health.ts'
import type { Sealer } from '../../ports/sealer.ts'
import { openEndpoint, signingSecrets } from './opened.ts'

const sealerOf = (key: string): Sealer => ({
  seal: (text, about) => JSON.stringify([key, about, text]),
  open(sealed, about) {
    const [by, of, text] = JSON.parse(sealed) as readonly [string, string, string]
    return by === key && of === about ? text : null
  },
})

const id = 'whk_1' as EndpointId
const before = sealerOf('the key before')
const sealer = sealerOf('the key')

const endpoint: Endpoint = {
  id,
  tenant: 'default',
  settings: {
    url: 'https://shop.example/hook',
    description: null,
    channels: ['*'],
    types: null,
    filter: null,
    sealedHeaders: null,
    policy: defaultDeliveryPolicy,
  },
  secrets: withSecret([], before.seal('old', id), 0),
  enabled: true,
  disabled: null,
  health: healthy,
  version: 1,
  createdAt: 0,
  changedAt: 0,
}

test('what was sealed with another key does not open, and a rotation mends it', () => {
  expect(openEndpoint(sealer, endpoint)).toBeNull()
  const rotated = { ...endpoint, secrets: withSecret(endpoint.secrets, sealer.seal('new', id), 5) }
  const opened = openEndpoint(sealer, rotated)
  expect(opened && signingSecrets(opened, 6)).toEqual(['new'])
  expect(openEndpoint(before, rotated)).toBeNull()
})

test('headers that do not open keep an endpoint from being sent to', () => {
  const secrets = withSecret([], sealer.seal('new', id), 0)
  const sealedHeaders = before.seal('[["x-key","1"]]', `${id} headers`)
  const settings = { ...endpoint.settings, sealedHeaders }
  expect(openEndpoint(sealer, { ...endpoint, secrets, settings })).toBeNull()
})
