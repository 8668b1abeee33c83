import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { service } from '../../packages/server/src/define/service.ts'
import { call } from './support/call.ts'
import { expectStatus, useDefinitions, type Listed } from './support/definitions.ts'
import { startTestServer } from './support/server.ts'
import { document } from './support/wrapped.ts'

const world = useDefinitions()
const { definition } = world

describe('a server that starts again', () => {
  test('has what it had, and the configuration wins', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'buzzer-definitions-'))
    const settings = { dataFolder: folder, store: { kind: 'sqlite' as const, folder } }
    const allow = { outboundAllow: [world.upstream.host] }
    const at = async <Body>(url: string, path: string): Promise<Body> =>
      JSON.parse((await call(url, `GET ${path}`)).text) as Body
    world.upstream.behave(() => ({ body: 'kept' }))
    try {
      {
        await using first = await startTestServer({ ...settings, ...allow })
        const credentials = { basic: { username: 'u', password: 'p' } }
        const body = definition({ credentials })
        expectStatus(await call(first.url, 'PUT /v1/services/kept', { json: body }), 201)
        const change = { json: { mode: 'async' } }
        expectStatus(await call(first.url, 'PATCH /v1/operations/kept.read', change), 200)
        const broken = {
          kind: 'service' as const,
          expected: 0,
          document: 'no JSON',
          attachment: null,
          at: 1,
          by: null,
        }
        await first.store.definitions.change([{ ...broken, name: 'broken' }])
      }
      {
        await using second = await startTestServer({ ...settings, ...allow })
        expect((await call(second.url, 'GET /api/kept/things')).text).toBe('kept')
        expect(world.upstream.calls.at(-1)?.header('authorization')).toBe('Basic dTpw')
        expectStatus(await call(second.url, 'GET /api/kept/things/1'), 202)
        const { services } = await at<{ services: readonly Listed[] }>(second.url, '/v1/services')
        expect(services.map(({ name, problem }) => [name, problem === null])).toEqual([
          ['broken', false],
          ['kept', true],
        ])
      }
      {
        const declared = service({ openapi: document, url: world.upstream.url, mount: '/api/mine' })
        await using third = await startTestServer({
          ...settings,
          ...allow,
          services: { kept: declared },
        })
        expectStatus(await call(third.url, 'GET /api/kept/things'), 404)
        const { services } = await at<{ services: readonly Listed[] }>(third.url, '/v1/services')
        expect(services.filter(({ name }) => name === 'kept')).toMatchObject([
          { origin: 'config', shadowed: false },
          { origin: 'store', version: 1, shadowed: true },
        ])
      }
      {
        await using fourth = await startTestServer({
          ...settings,
          ...allow,
          secret: 'x'.repeat(32),
        })
        const kept = await at<Listed>(fourth.url, '/v1/services/kept')
        expect(kept.problem).toMatch(/secret/)
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  })
})
