import { afterAll, beforeAll, expect } from 'vitest'
import { channel } from '../../../packages/server/src/define/channel.ts'
import { operation } from '../../../packages/server/src/define/operation.ts'
import { service } from '../../../packages/server/src/define/service.ts'
import { call, type Answer } from './call.ts'
import { startTestServer, type TestServer } from './server.ts'
import { startUpstream, type Upstream } from './upstream.ts'
import { document } from './wrapped.ts'

type Headers = Readonly<Record<string, string>>

/** A definition as lists and routes of its own show it. */
export interface Listed {
  readonly name: string
  readonly origin: string
  readonly version: number | null
  readonly shadowed: boolean
  readonly problem: string | null
  readonly mode?: string
}

/** A server with one definition of each kind in its configuration, for all tests of a file. */
export function useDefinitions() {
  let upstream: Upstream
  let server: TestServer
  beforeAll(async () => {
    upstream = await startUpstream()
    server = await startTestServer({
      operations: { own: operation({ run: () => 1 }) },
      services: { declared: service({ openapi: document, url: upstream.url }) },
      channels: { 'quotes/{symbol}': channel({ history: { count: 10 } }) },
      outboundAllow: [upstream.host],
    })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
  })
  return {
    get upstream() {
      return upstream
    },
    get server() {
      return server
    },
    /** A service in front of the upstream. */
    definition: (more: object = {}): object => ({
      openapi: document,
      url: upstream.url,
      mode: 'sync',
      ...more,
    }),
    put: (name: string, body: unknown, headers: Headers = {}) =>
      call(server.url, `PUT /v1/services/${name}`, { json: body, headers }),
    patch: (name: string, body: unknown, headers: Headers = {}) =>
      call(server.url, `PATCH /v1/operations/${name}`, { json: body, headers }),
    async read<Body>(path: string): Promise<Body> {
      const answer = await call(server.url, `GET ${path}`)
      expect(answer.status, answer.text).toBe(200)
      return JSON.parse(answer.text) as Body
    },
  }
}

export function expectStatus(answer: Answer, status: number): Answer {
  expect(answer.status, answer.text).toBe(status)
  return answer
}
