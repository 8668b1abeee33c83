import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call } from './support/call.ts'
import { startTestServer } from './support/server.ts'
import { document } from './support/wrapped.ts'

test('a service whose credentials another key sealed warns in readiness, and is no reason to be unready', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-sealed-'))
  const settings = { dataFolder: folder, store: { kind: 'sqlite', folder } } as const
  const definition = {
    openapi: document,
    url: 'http://127.0.0.1:1',
    credentials: { header: 'x-key', value: 'secret' },
  }
  try {
    {
      await using first = await startTestServer({ ...settings, secret: 'a'.repeat(32) })
      const put = await call(first.url, 'PUT /v1/services/sealed', { json: definition })
      expect(put.status, put.text).toBe(201)
      expect((await call(first.url, 'GET /readyz')).json()).toEqual({ status: 'ready' })
    }
    await using second = await startTestServer({ ...settings, secret: 'b'.repeat(32) })
    const ready = await call(second.url, 'GET /readyz')
    expect(ready.status).toBe(200)
    expect(ready.json()).toMatchObject({
      status: 'ready',
      warnings: [
        {
          code: 'service-out-of-order',
          service: 'sealed',
          detail: expect.stringMatching(/^sealed is not used: its credentials were sealed with/),
        },
      ],
    })
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})
