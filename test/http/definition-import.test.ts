import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { call, type Answer } from './support/call.ts'
import { expectStatus, useDefinitions } from './support/definitions.ts'
import { expectProblem } from './support/problem.ts'
import { document } from './support/wrapped.ts'

const world = useDefinitions()
const { read } = world

describe('an import', () => {
  const importAs = (query: string, text: string): Promise<Answer> =>
    call(world.server.url, `POST /v1/services/import?${query}`, {
      body: text,
      headers: { 'content-type': 'application/yaml' },
    })

  test('says what would be, and then what changed', async () => {
    const text = JSON.stringify(document)
    const url = encodeURIComponent(world.upstream.url)
    const dry = expectStatus(await importAs('name=fresh&dryRun=true', text), 200)
    expect(JSON.parse(dry.text)).toMatchObject({
      name: 'fresh',
      url: null,
      notes: [expect.stringContaining('names no server')],
    })
    expectProblem(await call(world.server.url, 'GET /v1/services/fresh'), 404, 'service-not-found')
    expectProblem(await importAs('name=fresh', text), 422, 'validation-failed')
    expectStatus(await importAs(`name=fresh&url=${url}`, text), 201)
    world.upstream.behave(() => ({ body: 'imported' }))
    expectStatus(await call(world.server.url, 'GET /api/fresh/things?wait=1'), 200)
    const { '/slash/': _, ...paths } = document.paths
    const next = { ...document, paths: { ...paths, '/new': { get: { operationId: 'new' } } } }
    const again = expectStatus(await importAs('name=fresh', JSON.stringify(next)), 200)
    expect(JSON.parse(again.text)).toMatchObject({
      version: 2,
      changes: {
        breaking: true,
        added: [{ name: 'fresh.new', method: 'GET', path: '/new' }],
        removed: [{ name: 'fresh.slash', method: 'GET', path: '/slash/' }],
        changed: [],
      },
    })
    expectProblem(await importAs('name=fresh', '{"a":1}'), 422, 'validation-failed')
    expectProblem(await importAs('name=a.b', text), 422, 'validation-failed')
    expectProblem(await importAs('dry=true', text), 400, 'invalid-parameter')
  })

  test('of a large document is taken', async () => {
    const long = 'x'.repeat(12_000_000)
    const text = JSON.stringify({ ...document, info: { ...document.info, description: long } })
    const url = encodeURIComponent(world.upstream.url)
    expectStatus(await importAs(`name=large&url=${url}`, text), 201)
    const shown = await read<{ definition: { openapi: { info: { description: string } } } }>(
      '/v1/services/large',
    )
    expect(shown.definition.openapi.info.description).toHaveLength(long.length)
  })

  test('of YAML is shown as it was meant', async () => {
    const yaml = await readFile(
      new URL('../../packages/server/src/contracts/fixtures/parameters.yaml', import.meta.url),
      'utf8',
    )
    const url = encodeURIComponent(world.upstream.url)
    expectStatus(await importAs(`name=yaml&url=${url}`, yaml), 201)
    const again = expectStatus(await importAs('name=yaml&dryRun=true', yaml), 200)
    expect(JSON.parse(again.text)).toMatchObject({
      changes: { breaking: false, added: [], removed: [], changed: [] },
    })
  })
})
