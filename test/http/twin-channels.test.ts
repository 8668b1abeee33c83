import { describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call, type Answer } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer } from './support/server.ts'

function expectStatus(answer: Answer, status: number): void {
  expect(answer.status, answer.text).toBe(status)
}

interface Listed {
  readonly name: string
  readonly shadowed: boolean
}

describe('a channel that stands for the same names as another', () => {
  const asyncApi = (address: string): object => ({
    asyncapi: '3.0.0',
    info: { title: 'T', version: '1' },
    channels: { twin: { address, parameters: { id: {} }, messages: {} } },
  })

  test('is refused, with the name of the other', async () => {
    await using own = await startTestServer({ channels: { 'mine.{x}': channel() } })
    const send = (route: string, json: object) => call(own.url, route, { json })
    const theirs = expectProblem(
      await send('PUT /v1/channels/mine.%7By%7D', {}),
      409,
      'defined-in-config',
    )
    expect(theirs.detail).toContain('mine.{x}')
    expectStatus(await send('PUT /v1/channels/twin.%7Bx%7D', {}), 201)
    expectStatus(await send('PUT /v1/channels/twin.ACME', {}), 201)
    for (const route of [
      'PUT /v1/channels/twin.%7Bid%7D',
      'POST /v1/channels/import?dryRun=true',
      'POST /v1/channels/import',
    ]) {
      const answer = await send(route, route.startsWith('PUT') ? {} : asyncApi('twin/{id}'))
      const problem = expectProblem(answer, 422, 'validation-failed')
      expect(problem.errors?.[0]?.detail, route).toContain('stored channel twin.{x}')
    }
    expectStatus(await call(own.url, 'DELETE /v1/channels/twin.%7Bx%7D'), 204)
    expectStatus(await send('PUT /v1/channels/twin.%7Bid%7D', {}), 201)
  })

  test('wins where it stands in the configuration, and the stored one can be removed', async () => {
    await using own = await startTestServer({ channels: { 'mine.{x}': channel() } })
    const stored = { kind: 'channel' as const, expected: 0, document: '{}', attachment: null }
    await own.store.definitions.change([{ ...stored, name: 'mine.{y}', at: 1, by: null }])
    // Any change takes in what others stored.
    expectStatus(await call(own.url, 'PUT /v1/channels/other', { json: {} }), 201)
    const { channels } = (await call(own.url, 'GET /v1/channels')).json() as {
      readonly channels: readonly Listed[]
    }
    expect(channels.map(({ name, shadowed }) => [name, shadowed])).toEqual([
      ['mine.{x}', false],
      ['mine.{y}', true],
      ['other', false],
    ])
    expectStatus(await call(own.url, 'DELETE /v1/channels/mine.%7By%7D'), 204)
    expectProblem(await call(own.url, 'DELETE /v1/channels/mine.%7Bx%7D'), 409, 'defined-in-config')
  })
})
