import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
const never = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      'async': operation({ run: () => ({ done: true }) }),
      'adaptive': operation({ mode: 'adaptive', wait: '20s', run: () => ({ done: true }) }),
      'impatient': operation({ mode: 'adaptive', wait: '50ms', run: never.run }),
      'sync': operation({ mode: 'sync', run: () => ({ done: true }) }),
      'slow-sync': operation({
        mode: 'sync',
        timeout: '200ms',
        retry: { attempts: 2, delay: '1ms' },
        run: gates.run,
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

type Prefer = string | readonly string[] | null
type Row = readonly [operation: string, prefer: Prefer, status: number, applied: string | null]

// What RFC 7240 allows: any case, quotes, parameters, several headers, unknown ones passed over.
const rows: readonly Row[] = [
  ['async', null, 202, null],
  ['async', 'respond-async', 202, 'respond-async'],
  ['async', 'Respond-Async', 202, 'respond-async'],
  ['async', 'wait=20', 200, 'wait'],
  ['async', 'WAIT=20', 200, 'wait'],
  ['async', 'wait="20"', 200, 'wait'],
  ['async', 'wait = 20', 200, 'wait'],
  ['async', 'wait=20; foo="bar"', 200, 'wait'],
  ['async', String.raw`foo="a\"b", wait=20`, 200, 'wait'],
  ['async', String.raw`foo="a\\", wait=20`, 200, 'wait'],
  ['async', String.raw`wait="\2\0"`, 200, 'wait'],
  ['async', 'wait=0', 202, 'wait'],
  ['async', 'wait=100000', 200, 'wait'],
  ['async', 'wait=99999999999999999999', 200, 'wait'],
  ['async', 'wait=20, wait=0', 200, 'wait'],
  ['async', 'wait=0, wait=20', 202, 'wait'],
  ['async', ['wait=0', 'wait=20'], 202, 'wait'],
  ['async', ['handling=lenient', 'wait=20'], 200, 'wait'],
  ['async', 'respond-async, wait=20', 200, 'respond-async, wait'],
  ['async', 'wait=20,respond-async', 200, 'respond-async, wait'],
  ['async', 'respond-async; x=1 , wait=20', 200, 'respond-async, wait'],
  ['async', 'return=minimal', 202, null],
  ['async', 'foo="a,wait=20"', 202, null],
  ['async', 'wait=-1', 202, null],
  ['async', 'wait=soon', 202, null],
  ['async', 'wait', 202, null],
  ['async', 'wait=1.5', 202, null],
  ['async', '', 202, null],
  ['async', ',,;=', 202, null],
  ['adaptive', null, 200, null],
  ['adaptive', 'respond-async', 202, 'respond-async'],
  ['adaptive', 'wait=20', 200, 'wait'],
  ['adaptive', 'wait=0', 202, 'wait'],
  ['adaptive', 'respond-async, wait=20', 200, 'respond-async, wait'],
  ['adaptive', 'return=minimal', 200, null],
  ['impatient', null, 202, null],
  ['sync', null, 200, null],
  ['sync', 'respond-async', 200, null],
  ['sync', 'wait=0', 200, null],
]

test.each(rows)('%s with Prefer %j answers %i', async (name, prefer, status, applied) => {
  const answer = await submitWith(name, prefer)
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers['preference-applied'] ?? null).toBe(applied)
  expect(answer.headers['vary']).toMatch(/\bPrefer\b/)
  if (status === 202) expectAccepted(answer)
  else {
    expect(answer.json()).toEqual({ done: true })
    expect(answer.headers['content-location']).toMatch(/^\/v1\/jobs\/job_[0-9a-z]{26}$/)
    expect(answer.headers['cache-control']).toBe('private, no-store')
    expect(answer.headers).not.toHaveProperty('location')
  }
})

function submitWith(name: string, prefer: Prefer) {
  const preferences = prefer === null ? [] : [prefer].flat().flatMap((value) => ['Prefer', value])
  return call(server.url, `POST /v1/operations/${name}/jobs`, {
    headers: ['Host', `127.0.0.1:${server.port}`, 'Content-Length', '0', ...preferences],
  })
}

function expectAccepted({ headers, text }: Awaited<ReturnType<typeof call>>): void {
  const job = JSON.parse(text) as { id: string; token: string; links: { self: string } }
  expect(headers).toMatchObject({
    'location': `/v1/jobs/${job.id}`,
    'operation-location': `${server.url}/v1/jobs/${job.id}`,
    'retry-after': expect.stringMatching(/^\d+$/) as string,
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
  })
  expect(job.links.self).toBe(headers['operation-location'])
  expect(job.token).toMatch(/^bzj_/)
}

test('a wait that does not suffice ends in 202 and the job goes on', async () => {
  const answer = await submitWith('impatient', 'wait=1')
  expect(answer.status).toBe(202)
  expect(answer.headers['preference-applied']).toBe('wait')
  expectAccepted(answer)
  expect(answer.json()['state']).toBe('running')
})

test('sync past the timeout is 504 with the place of the job, which goes on', async () => {
  const [answer] = await Promise.all([
    call(server.url, 'POST /v1/operations/slow-sync/jobs'),
    gates.next(),
  ])
  const problem = expectProblem(answer, 504, 'upstream-timeout')
  const place = answer.headers['location'] ?? ''
  expect(place).toMatch(/^\/v1\/jobs\/job_/)
  expect(problem.detail).toContain(place)
  const second = await gates.next()
  second.finish('late')
  expect(await ended(server.url, place.replace('/v1/jobs/', ''))).toMatchObject({
    state: 'succeeded',
    attempt: 2,
  })
})

test.each([
  ['a header that does not parse', { 'buzzer-priority': '10' }, 'async', 400],
  ['no such operation', {}, 'nothing', 404],
  ['a name that is not its own', { host: 'elsewhere' }, 'async', 403],
])('what is refused for %s varies by Prefer too', async (_, headers, name, status) => {
  const answer = await call(server.url, `POST /v1/operations/${name}/jobs`, { headers })
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers['vary']).toMatch(/\bPrefer\b/)
})
