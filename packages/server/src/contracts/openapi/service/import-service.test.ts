import { describe, expect, test } from 'vitest'
import {
  fixtureNames,
  importFixture,
  importText,
  operationOf,
  sharedDocuments,
} from '../../testing/fixture.ts'
import { propose } from './proposal.ts'
import { readService } from './read-service.ts'
import { readinessReport } from './readiness-report.ts'
import type { ImportOptions } from './import-service.ts'

describe('operations of a document', () => {
  test('have names that are fit for paths and told apart', async () => {
    const { operations, notes } = await importFixture('names.yaml')
    expect(operations.map(({ name, method, path }) => `${name} ${method} ${path}`)).toEqual([
      'api.get GET /',
      'api.get-users-id GET /users/{id}',
      'api.save-user PUT /users/{id}',
      'api.users.byId GET /users/{id}/',
      'api.users.byId-2 GET /users/me',
      'api.post-users-id-activate POST /users/{id}:activate',
      'api.report GET /reports/{year}-{month}.{format}',
      'api.get-caf-C3-A9-na-ve GET /caf%C3%A9/{naïve}',
      'api.menu GET /café/menu',
    ])
    expect(notes.map((note) => note.split(' ').slice(0, 2).join(' '))).toEqual([
      '/search?q={q} is',
      'users is',
      '/elsewhere refers',
      'GET /broken',
    ])
  })

  test('are found by method and path', async () => {
    const { routes } = await importFixture('names.yaml')
    const found = (method: string, path: string): string => {
      const match = routes.match(method, path)
      return match.kind === 'matched' ? match.route.name : match.kind
    }
    expect(found('GET', '/users/me')).toBe('api.users.byId-2')
    expect(found('GET', '/users/7')).toBe('api.get-users-id')
    expect(found('POST', '/users/7:activate')).toBe('api.post-users-id-activate')
    expect(found('GET', '/caf%C3%A9/menu')).toBe('api.menu')
    expect(found('DELETE', '/users/me')).toBe('wrong-method')
    expect(found('GET', '/search')).toBe('none')
  })

  test.each<[Partial<ImportOptions>, readonly string[]]>([
    [{ include: ['report'] }, ['report']],
    [{ include: ['admin', 'reports'] }, ['save-user', 'report']],
    [
      { include: ['/users/*'], exclude: ['admin', '/users/{id}:*'] },
      ['get-users-id', 'users.byId', 'users.byId-2'],
    ],
    [
      { include: [{ operationId: 'users.byId', path: '/users/me' }, { tag: 'reports' }] },
      ['users.byId', 'report'],
    ],
    [{ include: ['nothing'] }, []],
    [{ include: [] }, []],
    [{ exclude: ['/*'] }, []],
  ])('are chosen by %j', async (options, names) => {
    const { operations } = await importFixture('names.yaml', options)
    expect(operations.map(({ name }) => name)).toEqual(names.map((name) => `api.${name}`))
  })

  test('that a choice does not find are noted', async () => {
    const { notes } = await importFixture('names.yaml', {
      include: ['/*', 'admin'],
      exclude: ['save-usr', { tag: 'admin', path: '/nothing' }],
    })
    expect(notes.filter((note) => note.includes('fits none'))).toEqual([
      'exclude: "save-usr" fits none of its operations',
      'exclude: {"tag":"admin","path":"/nothing"} fits none of its operations',
    ])
  })

  test('that can never be called are noted', async () => {
    const paths = { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } }
    const service = await importText(JSON.stringify({ openapi: '3.1.0', paths }))
    expect(operationOf(service, 'get-a-y').notes).toContain(
      'it is never called: GET /a/{x} matches the same paths',
    )
  })

  test.each([
    ['schemas-3.0.yaml', 'addUser', /pattern "\^\(\?!000\).*cannot be checked in linear time/],
    ['schemas-3.0.yaml', 'addUser', /security "basic" is not passed on/],
    ['schemas-3.0.yaml', 'addUser', /security "query" is a key in the query/],
    ['schemas-3.1.yaml', 'addGeneric', /"#T" may mean one schema or another/],
    ['circular.yaml', 'addEndless', /Endless refers to itself without an end/],
    ['circular.yaml', 'addLost', /"https:\/\/example.com.* is not fetched/],
    ['circular.yaml', 'addLost', /"#\/components\/parameters\/Nowhere", which is not there/],
    ['parameters.yaml', 'query', /cookies are not passed on/],
    ['parameters.yaml', 'query', /style "tabbed" of query parameter "odd"/],
    ['parameters.yaml', 'path', /"absent" does not stand in the path/],
    ['openapi-3.2.yaml', 'queryThings', /querystring parameter "all" is not checked/],
    ['swagger-2.0.yaml', 'getThing', /header x-key, which is passed on/],
  ])('say what was not understood: %s %s %s', async (fixture, name, note) => {
    const { notes } = operationOf(await importFixture(fixture), name)
    expect(notes).toContainEqual(expect.stringMatching(note))
  })
})

describe('proposals', () => {
  const operation = (responses: readonly string[] = []) => ({
    responses: Object.fromEntries(responses.map((status) => [status, {}])),
  })
  test.each([
    ['GET', '/pets', 'listPets', 'adaptive', 'optional'],
    ['GET', '/payments', 'getPayments', 'adaptive', 'optional'],
    ['PUT', '/pets/{id}', 'savePet', 'async', 'optional'],
    ['DELETE', '/pets/{id}', null, 'async', 'optional'],
    ['POST', '/pets', 'addPet', 'async', 'recommended'],
    ['PATCH', '/pets/{id}', null, 'async', 'recommended'],
    ['POST', '/pets/search', 'post-pets-search', 'adaptive', 'optional'],
    ['POST', '/mailing-list', 'subscribeToList', 'async', 'recommended'],
    ['POST', '/v1/charges', null, 'async', 'required'],
    ['POST', '/cart/{order}', 'createOrder', 'async', 'required'],
    ['POST', '/cart/{order}', 'addItem', 'async', 'recommended'],
    ['POST', '/payments', 'send', 'async', 'required'],
    ['POST', '/payments/{id}', 'change', 'async', 'required'],
    ['POST', '/shops/{id}/orders', null, 'async', 'required'],
    ['POST', '/orders/{id}/notes', null, 'async', 'recommended'],
    ['POST', '/accounts/{id}:charge', null, 'async', 'required'],
    ['POST', '/charges/{id}:tag', null, 'async', 'recommended'],
    ['POST', '/subscriptions/{id}/machines/{name}/start', 'Machines_Start', 'async', 'recommended'],
    ['PATCH', '/subscriptions/{id}/groups/{name}', 'Groups_Update', 'async', 'recommended'],
    ['POST', '/subscriptions/{id}/lists/{name}/{item}', null, 'async', 'recommended'],
    ['POST', '/', 'createPayment', 'async', 'required'],
    ['POST', '/{a}/{b}', null, 'async', 'recommended'],
  ])('%s %s %s: %s, key %s', (method, path, operationId, mode, idempotency) => {
    const described = {
      method,
      path,
      operationId,
      operation: operation(),
      requiredHeaders: new Set<string>(),
    }
    expect(propose(described)).toMatchObject({ mode, idempotency })
  })

  test('what is answered later is asynchronous, and what asks for a key needs one', () => {
    const described = {
      method: 'GET',
      path: '/report',
      operationId: 'getReport',
      operation: operation(['202']),
      requiredHeaders: new Set(['idempotency-key']),
    }
    expect(propose(described)).toMatchObject({ mode: 'async', idempotency: 'required' })
  })
})

describe('an import of a large document', () => {
  const count = 200
  const each = <Value>(make: (at: number) => Value): Readonly<Record<string, Value>> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`/S${at}`, make(at)]))
  const schema = (at: number) => ({ $ref: `#/components/schemas/~1S${at}` })
  const content = (at: number) => ({ 'application/json': { schema: schema(at) } })
  const large = {
    openapi: '3.1.0',
    paths: each((at) => ({ post: { requestBody: { content: content(at) } } })),
    components: {
      schemas: each((at) => ({ properties: { a: schema((at + 1) % count), b: schema(0) } })),
    },
  }

  test('lets others have their turn after each operation and schema', async () => {
    let pauses = 0
    const pause = async (): Promise<void> => {
      pauses += 1
      await Promise.resolve()
    }
    const outcome = await readService(large, { service: 'large' }, pause)
    expect(outcome.kind === 'read' ? outcome.service.operations : outcome.detail).toHaveLength(
      count,
    )
    expect(pauses).toBeGreaterThanOrEqual(3 * count)
  })
})

describe('the readiness report', () => {
  test.each(fixtureNames)('of %s has the form that is printed', async (name) => {
    const service = await importFixture(name)
    const report = readinessReport(service)
    expect(report.operations.length).toBe(service.operations.length)
    for (const operation of report.operations) {
      expect(operation).toEqual({
        name: expect.stringMatching(/^api\.[\w.-]+$/),
        method: expect.stringMatching(/^[A-Z]+$/),
        path: expect.stringMatching(/^\//),
        mode: expect.stringMatching(/^(async|adaptive|sync)$/),
        idempotency: expect.stringMatching(/^(required|recommended|optional)$/),
        notes: expect.arrayContaining([expect.any(String)]),
      })
    }
    expect(new Set(report.operations.map((one) => one.name)).size).toBe(report.operations.length)
    const again = await importFixture(name)
    expect(again.operations.map((one) => one.name)).toEqual(
      report.operations.map((one) => one.name),
    )
  })
})

// The documents of real APIs are not part of the project; without them this says so and checks less.
if (sharedDocuments.length === 0) {
  process.stderr.write(
    'note: ../shared/inputs/openapi is not here; real documents were not tried\n',
  )
}
describe(`documents of real APIs (${sharedDocuments.length} found beside the project)`, () => {
  test('each one that is there is taken', async () => {
    const taken = await Promise.all(
      sharedDocuments.map(
        async ([name, text]) => [name, await importText(text, { name })] as const,
      ),
    )
    expect(taken.filter(([, service]) => service.operations.length === 0)).toEqual([])
    for (const [name, service] of taken) {
      const found = service.operations.map(({ method, path }) => {
        const match = service.routes.match(method, path.replaceAll(/[{}]/g, ''))
        return match.kind === 'matched' ? match.route.name : `${match.kind} in ${name}`
      })
      expect(found).toEqual(service.operations.map((operation) => operation.name))
    }
  })
})
