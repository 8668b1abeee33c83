import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workedMs } from '../../../../../../test/support/worked.ts'
import { createPathMatcher, type Route } from './path-matcher.ts'

const get = (path: string): Route => ({ method: 'GET', path })

describe('paths', () => {
  const matcher = createPathMatcher([
    get('/'),
    get('/items'),
    get('/items/'),
    get('/items/{id}'),
    { method: 'PUT', path: '/items/{item}' },
    { method: 'POST', path: '/items/{id}:activate' },
    { method: 'POST', path: '/items/special' },
    get('/items/{id}/parts/{part}'),
    get('/items/new/parts/list'),
    get('/reports/{year}-{month}.{format}'),
    get('/reports/{name}.json'),
    get('/café/{naïve}'),
    get('/{any}/last'),
  ])
  test.each<[string, string, string, Record<string, string>]>([
    ['GET', '/', '/', {}],
    ['GET', '/items', '/items', {}],
    ['GET', '/items/', '/items/', {}],
    ['GET', '/items/7', '/items/{id}', { id: '7' }],
    ['PUT', '/items/7', '/items/{item}', { item: '7' }],
    ['POST', '/items/7:activate', '/items/{id}:activate', { id: '7' }],
    ['GET', '/items/7:activate', '/items/{id}', { id: '7:activate' }],
    ['GET', '/items/special', '/items/{id}', { id: 'special' }],
    ['GET', '/items/a%2Fb', '/items/{id}', { id: 'a%2Fb' }],
    ['GET', '/items/new/parts/list', '/items/new/parts/list', {}],
    ['GET', '/items/new/parts/x', '/items/{id}/parts/{part}', { id: 'new', part: 'x' }],
    [
      'GET',
      '/reports/2026-01.tar.gz',
      '/reports/{year}-{month}.{format}',
      { year: '2026', month: '01', format: 'tar.gz' },
    ],
    ['GET', '/reports/a.b.json', '/reports/{name}.json', { name: 'a.b' }],
    ['GET', '/caf%C3%A9/x', '/café/{naïve}', { naïve: 'x' }],
    ['GET', '/caf%c3%a9/%20', '/café/{naïve}', { naïve: '%20' }],
    ['GET', '/items/last', '/items/{id}', { id: 'last' }],
    ['GET', '/other/last', '/{any}/last', { any: 'other' }],
  ])('%s %s', (method, path, template, values) => {
    const match = matcher.match(method, path)
    expect(match.kind === 'matched' && match.route.path).toBe(template)
    expect(match.kind === 'matched' && Object.fromEntries(match.parameters)).toEqual(values)
  })

  test.each([
    '/Items',
    '//',
    '/items//',
    '/items/7/',
    '/items/7/parts/',
    '/none',
    '',
    '/reports/x',
  ])('%j is nowhere', (path) => {
    expect(matcher.match('GET', path)).toEqual({ kind: 'none' })
  })

  test.each<[string, string, readonly string[]]>([
    ['HEAD', '/items', ['GET']],
    ['DELETE', '/items/special', ['POST', 'GET', 'PUT']],
  ])('%s is no method of %s', (method, path, allow) => {
    expect(matcher.match(method, path)).toEqual({ kind: 'wrong-method', allow })
  })
})

/** Every template as an expression of its own, tried in order of what stands in its segments. */
function matchNaively(routes: readonly Route[], method: string, path: string): string | null {
  const rank = ({ path: template }: Route): string =>
    template
      .split('/')
      .map((part) => {
        const text = part.replaceAll(/\{\w+\}/g, '')
        return part === text ? '0' : `${9 - text.length}${part.replaceAll(/\{\w+\}/g, '{}')}`
      })
      .join('\0')
  const toExpression = (template: string): RegExp =>
    new RegExp(`^${template.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '([^/]+?)')}$`)
  const found = routes
    .filter((route) => route.method === method && toExpression(route.path).test(path))
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
  return found[0]?.path ?? null
}

describe('properties', () => {
  const segment = fc.constantFrom('a', 'b', 'a.b', '{x}', '{y}.b', 'a.{z}', '{x}.{y}', '')
  const template = fc
    .array(segment, { minLength: 1, maxLength: 3 })
    .map((parts) => `/${parts.map((part, at) => part.replaceAll('}', `${at}}`)).join('/')}`)
  const outline = ({ method, path }: Route): string => method + path.replaceAll(/\{\w+\}/g, '{}')
  const routes = fc.uniqueArray(
    fc.record({ method: fc.constantFrom('GET', 'POST'), path: template }),
    { selector: outline, maxLength: 12 },
  )
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'a.b', 'b.b', 'a.b.b', '.b', ''), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => `/${parts.join('/')}`)

  test('the matcher finds what trying all templates finds', () => {
    fc.assert(
      fc.property(routes, fc.constantFrom('GET', 'POST'), path, (given, method, received) => {
        const expected = matchNaively(given, method, received)
        const match = createPathMatcher(given).match(method, received)
        expect(match.kind === 'matched' ? match.route.path : null).toBe(expected)
        if (match.kind !== 'wrong-method') return
        const known = given.filter((one) => matchNaively([one], one.method, received) !== null)
        expect(new Set(match.allow)).toEqual(new Set(known.map((one) => one.method)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('a thousand operations and a long path take no time', () => {
    const many = Array.from({ length: 1_000 }, (_, at) =>
      get(`/v${at % 10}/things${at}/{id}/{part}.x`),
    )
    const matcher = createPathMatcher([...many, get('/{a}.{b}.{c}.{d}.{e}!')])
    const start = workedMs()
    for (let at = 0; at < 10_000; at += 1) {
      const match = matcher.match('GET', `/v${at % 10}/things${at % 1_000}/1/a.x`)
      expect(match.kind).toBe('matched')
    }
    expect(matcher.match('GET', `/${'.a'.repeat(100_000)}`).kind).toBe('none')
    expect(workedMs() - start).toBeLessThan(2_000)
  })
})
