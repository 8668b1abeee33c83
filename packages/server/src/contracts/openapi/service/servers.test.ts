import { expect, test } from 'vitest'
import { noPause } from '../../testing/fixture.ts'
import { readService } from './read-service.ts'
import { absoluteServer, serverLack } from './servers.ts'

type Part = Readonly<Record<string, unknown>>

const at = (...urls: readonly string[]): Part => ({ servers: urls.map((url) => ({ url })) })
const get = (more: Part = {}): Part => ({ get: { responses: {}, ...more } })

async function serversOf(root: Part, paths: Part, exclude: readonly string[] = []) {
  const outcome = await readService(
    { openapi: '3.1.0', info: { title: 'T', version: '1' }, ...root, paths },
    { service: 'api', exclude },
    noPause,
  )
  if (outcome.kind === 'refused') throw new Error(outcome.detail)
  const { servers, serversDiffer, notes, operations } = outcome.service
  const unused = operations.filter((one) => one.notes.some((note) => /not used/.test(note)))
  return { servers, serversDiffer, notes, unused: unused.map(({ path }) => path) }
}

interface Expected {
  readonly servers: readonly string[]
  readonly serversDiffer: boolean
  readonly unused: readonly string[]
}

const is = (
  servers: readonly string[],
  serversDiffer: boolean,
  unused: readonly string[],
): Expected => ({ servers, serversDiffer, unused })

const variables = { scheme: { default: 'https' }, stage: { enum: ['a', 'b'], default: 'a' } }

test.each<[string, Part, Part, Expected]>([
  ['none at all', {}, { '/a': get() }, is([], false, [])],
  ["the document's", at('http://a.test'), { '/a': get() }, is(['http://a.test'], false, [])],
  [
    'those of its paths that agree',
    {},
    { '/a': { ...get(), ...at('http://p.test') }, '/b': { ...get(), ...at('http://p.test') } },
    is(['http://p.test'], false, []),
  ],
  [
    "an operation's alone",
    {},
    { '/a': get(at('http://o.test')) },
    is(['http://o.test'], false, []),
  ],
  [
    "an operation's before its path's and the document's",
    at('http://a.test'),
    { '/a': { ...get(at('http://o.test')), ...at('http://p.test') } },
    is(['http://o.test'], false, []),
  ],
  [
    "the document's where the others differ from it",
    at('http://a.test'),
    { '/a': get(), '/b': get(at('http://o.test')) },
    is(['http://a.test'], false, ['/b']),
  ],
  [
    'none where they differ and the document gives none',
    {},
    { '/a': get(at('http://o.test')), '/b': get(at('http://p.test')) },
    is([], true, ['/a', '/b']),
  ],
  [
    'none where one has none',
    {},
    { '/a': get(at('http://o.test')), '/b': get() },
    is([], true, ['/a']),
  ],
  [
    'variables with their defaults',
    { servers: [{ url: '{scheme}://{stage}.test/{unknown}', variables }] },
    { '/a': get() },
    is(['https://a.test/{unknown}'], false, []),
  ],
])('takes %s', async (_, root, paths, expected) => {
  const found = await serversOf(root, paths)
  expect(found).toMatchObject(expected)
  expect(found.notes.some((note) => /different addresses/.test(note))).toBe(expected.serversDiffer)
})

test('looks only at operations that are taken', async () => {
  const paths = { '/a': get(at('http://o.test')), '/b': get(at('http://p.test')) }
  expect(await serversOf({}, paths, ['/b'])).toMatchObject({
    servers: ['http://o.test'],
    serversDiffer: false,
  })
})

test.each([
  [[], undefined, 'names no server'],
  [['/v1'], undefined, 'names only the relative server /v1'],
  [['v1', '/v2'], undefined, 'names only the relative server v1'],
  [['http://{host}/v1'], undefined, 'names only http://{host}/v1 as its server, which cannot'],
  [['ws://a.test'], undefined, 'names only ws://a.test as its server, which cannot be called'],
  [['/v1', 'https://a.test'], 'https://a.test', ''],
])('of %j it is said what is missing', (servers, absolute, lack) => {
  expect(absoluteServer(servers)).toBe(absolute)
  if (absolute === undefined) expect(serverLack(servers)).toContain(lack)
})
