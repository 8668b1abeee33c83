import { service, type ServiceOptions } from '../../../packages/server/src/define/service.ts'
import { startTestServer, type TestServer } from './server.ts'
import { startUpstream, type Upstream } from './upstream.ts'

export interface Wrapped extends AsyncDisposable {
  readonly server: TestServer
  readonly upstream: Upstream
}

const answers = { default: { description: 'Whatever' } }
const parameter = (name: string, place: 'path' | 'query' | 'header', required = false) => ({
  name,
  in: place,
  required,
  schema: { type: 'string' },
})
const anyBody = { content: { '*/*': {} } }

/** An API of few routes, which takes all that the tests send. */
export const document = {
  openapi: '3.1.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/things': {
      get: {
        operationId: 'list',
        parameters: [parameter('X-Declared', 'header')],
        responses: answers,
      },
      post: { operationId: 'make', requestBody: anyBody, responses: answers },
      head: { operationId: 'peek', responses: answers },
      options: { operationId: 'choices', responses: answers },
    },
    '/things/{id}': {
      parameters: [parameter('id', 'path', true)],
      get: { operationId: 'read', responses: answers },
      put: { operationId: 'replace', requestBody: anyBody, responses: answers },
      patch: { operationId: 'change', requestBody: anyBody, responses: answers },
      delete: { operationId: 'remove', responses: answers },
    },
    '/slash/': { get: { operationId: 'slash', responses: answers } },
  },
} as const

/** A Buzzer with that API at `/api/things`, and the API itself. */
export async function startWrapped(options: Partial<ServiceOptions> = {}): Promise<Wrapped> {
  await using resources = new AsyncDisposableStack()
  const upstream = resources.use(await startUpstream())
  const api = service({
    openapi: document,
    url: upstream.url,
    mode: 'sync',
    retry: { attempts: 3, delay: '1ms', maxDelay: '1ms' },
    ...options,
  })
  const server = resources.use(
    await startTestServer({ services: { api }, outboundAllow: [upstream.host] }),
  )
  const owned = resources.move()
  return { server, upstream, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
