import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../packages/server/src/cli/testing/command-line.ts'
import { startServer, type Server } from '../support/server.ts'
import { call } from './support/call.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { document } from './support/wrapped.ts'

let folder = ''
let upstream: Upstream

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-import-command-'))
  upstream = await startUpstream()
  await writeFile(join(folder, 'api.json'), JSON.stringify(document))
  const relative = { ...document, servers: [{ url: '/v1' }] }
  await writeFile(join(folder, 'relative.json'), JSON.stringify(relative))
  const { '/slash/': _, ...paths } = document.paths
  await writeFile(join(folder, 'next.json'), JSON.stringify({ ...document, paths }))
  const config = `export default {
    services: { declared: { kind: 'service', options: { openapi: './api.json', url: '${upstream.url}' } } },
    outbound: { allow: ['${upstream.host}'] },
  }`
  await writeFile(join(folder, 'buzzer.config.ts'), config)
})
afterAll(async () => {
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

const start = (): Promise<Server> =>
  startServer({ config: join(folder, 'buzzer.config.ts'), data: join(folder, 'data') })

test('buzzer import puts a service into a running server, which a kill cannot undo', async () => {
  const first = await start()
  const importing = (file: string, ...more: readonly string[]) =>
    run(['import', join(folder, file), '--name', 'api', '--url', first.url, ...more], {
      cwd: folder,
    })
  try {
    const lacking = await importing('api.json')
    expect(lacking.exitCode).toBe(1)
    expect(lacking.stderr).toMatch(/names no server/)
    const relative = await importing('relative.json')
    expect(relative.stderr).toMatch(/document names only the relative server \/v1\./)
    const made = await importing('api.json', '--upstream', upstream.url)
    expect(made, made.stderr).toMatchObject({ exitCode: 0 })
    expect(made.stderr).toMatch(/9 operations at http:\S+ as service 'api', version 1/)
    upstream.behave(() => ({ body: 'there' }))
    const answer = await call(first.url, 'GET /api/api/things', { headers: { prefer: 'wait=20' } })
    expect(answer.text).toBe('there')

    const dry = await importing('next.json', '--dry-run', '--json')
    const report = JSON.parse(dry.stdout) as object
    expect(Object.keys(report)).toEqual(['operations', 'notes', 'changes'])
    expect(report).toMatchObject({ changes: { breaking: true, removed: [{ name: 'api.slash' }] } })
    for (const more of [[], ['--dry-run']]) {
      const refused = await importing('next.json', '--name', 'declared', ...more)
      expect(refused, refused.stdout).toMatchObject({ exitCode: 1, stdout: '' })
      expect(refused.stderr).toMatch(/declared is defined in .*buzzer\.config\.ts/)
    }

    const shown = await importing('next.json', '--dry-run')
    expect(shown.stdout).toMatch(/- +GET \/slash\/ +api\.slash +breaks/)
    const stored = await importing('next.json')
    expect(stored.stdout).toMatch(/- +GET \/slash\/ +api\.slash +breaks/)
    expect(stored.stderr).toMatch(/version 2/)
    const again = await importing('next.json', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ service: 'api', version: 2 })
    expect((await importing('next.json')).stdout).toMatch(/Nothing changed/)
  } finally {
    await first.stop('SIGKILL')
  }
  await using second = await start()
  const kept = await call(second.url, 'GET /api/api/things', { headers: { prefer: 'wait=20' } })
  expect(kept.text).toBe('there')
  expect((await call(second.url, 'GET /api/api/slash/')).status).toBe(404)
})
