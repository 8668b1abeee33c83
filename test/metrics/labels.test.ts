import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer } from '../http/support/server.ts'
import { call } from '../support/call.ts'

test('no caller can make up a series', async () => {
  await using server = await startTestServer({ operations: { greet: operation({ run: () => 1 }) } })
  const seriesOf = async () => {
    const { text } = await call(server.url, '/metrics')
    return new Set([...text.matchAll(/^(?!#)\S+(?:\{.*\})?(?= )/gm)].map(([series]) => series))
  }
  const ask = async (made: string) => {
    const refused = [
      await call(server.url, `/v1/operations/${made}/jobs`, { body: {} }),
      await call(server.url, `/v1/operations/greet/jobs`, {
        body: {},
        headers: { 'buzzer-priority': made },
      }),
      await call(server.url, `/v1/jobs/${made}`),
      await call(server.url, `/${made}/${made}`, { method: 'PROPFIND' }),
      await call(server.url, `/${made}?${made}=1`),
      await call(server.url, '/v1/batches', { body: { jobs: [{ operation: made }] } }),
    ]
    expect(refused.every(({ status }) => status >= 400)).toBe(true)
  }
  await ask('one')
  // The second look has the route of the first among what it shows.
  await seriesOf()
  const before = await seriesOf()
  for (const made of ['two', 'three', 'four']) await ask(made)
  const after = await seriesOf()
  expect([...after].filter((series) => !before.has(series))).toEqual([])
  expect([...after].join('\n')).not.toMatch(/one|two|three|four|PROPFIND/)
})
