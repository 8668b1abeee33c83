import { JobSchema, problems } from '@buzzer/contract'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  callbackHeaders,
  submissionHeaders,
} from '../packages/server/src/gateway/http/request/own-headers.ts'
import { routes } from '../packages/server/src/gateway/http/routes/index.ts'

const text = await readFile(new URL('../PROTOCOL.md', import.meta.url), 'utf8')

/** A section by its number, without what comes after it. */
const section = (number: number): string =>
  text.split(/^## (?=\d+\. )/m).find((part) => part.startsWith(`${number}. `)) ?? ''

/** Routes that a section names as `METHOD /path`, with the methods that follow it in short. */
function namedRoutes(part: string): readonly string[] {
  const spans = [...part.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return spans.flatMap((span) => {
    const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\/[^\s?]*)/.exec(span) ?? []
    return method === undefined || path === undefined ? [] : [`${method} ${path}`]
  })
}

const patternOf = (path: string): string => path.replaceAll(/\{[^}]+\}|:\w+/g, '{}')
const served = new Map(routes.map((route) => [`${route.method} ${patternOf(route.path)}`, route]))

describe('PROTOCOL.md and the code', () => {
  test('section 7 lists the codes of the table with their statuses, and no others', () => {
    const listed = [...section(7).matchAll(/`([a-z]+(?:-[a-z]+)*)` (\d{3})/g)].map(
      ([, code = '', status]) => [code, Number(status)] as const,
    )
    const table = Object.entries(problems).map(([code, { status }]) => [code, status] as const)
    expect(new Map(listed)).toEqual(new Map<string, number>(table))
    expect(listed).toHaveLength(table.length)
  })

  test('codes that are named elsewhere are in the table, with the status that is said', () => {
    const said = [...text.matchAll(/(\d{3}) `([a-z]+(?:-[a-z]+)+)`/g)]
    expect(said.length).toBeGreaterThan(15)
    const known = said.filter(([, , code = '']) => code !== 'respond-async')
    for (const [, status, code = ''] of known) {
      expect([code, problems[code as keyof typeof problems]?.status]).toEqual([
        code,
        Number(status),
      ])
    }
  })

  test.each([1, 2, 3, 4, 5, 8])(
    'every route that section %i names is there, or says that it is not',
    (number) => {
      const named = namedRoutes(section(number)).filter((route) => !route.includes('{mount}'))
      expect(named.length).toBeGreaterThan(0)
      const missing = named.filter((route) => !served.has(patternOf(route)))
      expect(missing).toEqual([])
    },
  )

  // Sections name these in short.
  test.each([
    'GET /v1/batches/{id}/events',
    'GET /v1/batches/{id}/results',
    'POST /v1/batches/{id}/cancel',
    'GET /v1/operations',
    'GET /v1/operations/{name}',
    'GET /v1/services',
    'GET /v1/services/{name}',
    'PUT /v1/services/{name}',
    'DELETE /v1/services/{name}',
    'GET /v1/channels',
    'GET /v1/channels/{name}',
    'PUT /v1/channels/{name}',
    'DELETE /v1/channels/{name}',
    'GET /v1/channels/{channel}/ws',
    'GET /v1/ws',
    'POST /v1/tickets',
    'POST /graphql',
    'POST /v1/dead-letters/retry',
    'POST /v1/dead-letters/discard',
  ])('%s is there, or says that it is not', (route) => {
    expect(served.has(patternOf(route))).toBe(true)
  })

  test('every document and page of section 8 is there', () => {
    const paths = [
      ...section(8).matchAll(/`(\/(?:openapi|asyncapi)\.\w+|\/docs|\/console|\/\w+z|\/metrics)`/g),
    ]
    expect(paths.length).toBeGreaterThanOrEqual(9)
    for (const [, path] of paths) expect(served.has(`GET ${path}`), path).toBe(true)
  })

  test('every route declares the scope that it needs, one of section 6', () => {
    const scopes = [...section(6).matchAll(/`([a-z]+:[a-z]+)`/g)].map(([, scope = '']) => scope)
    expect(scopes.length).toBeGreaterThanOrEqual(11)
    for (const { method, path, scope } of routes) {
      expect(['public', ...scopes], `${method} ${path}`).toEqual(
        expect.arrayContaining([scope].flat()),
      )
    }
    const open = routes.filter(({ scope }) => scope === 'public').map(({ path }) => path)
    // Whoever sends a webhook has no credential of ours; the signature is what lets it in. Whoever
    // receives one verifies by our key.
    expect(new Set(open.filter((path) => path.startsWith('/v1/')))).toEqual(
      new Set(['/v1/hooks/:hook', '/v1/hooks/:hook/:job/:token', '/v1/webhook-keys']),
    )
  })

  test('the job of section 2 has the members of the schema', () => {
    const [, example = ''] = /```json\n(\{ "id"[\s\S]*?)```/.exec(section(2)) ?? []
    const job = JSON.parse(example) as Record<string, unknown>
    expect(Object.keys(job)).toEqual(Object.keys(JobSchema.properties))
    expect(Object.keys(job['links'] as object)).toEqual(
      Object.keys(JobSchema.properties.links.properties),
    )
  })

  test('states and reasons are those of the schema', () => {
    const [, states = ''] = /^`state`: (.*?)\. The last three/m.exec(section(2)) ?? []
    expect([...states.matchAll(/`(\w+)`/g)].map(([, state]) => state)).toEqual(enumOf('state'))
    const [, reasons = ''] = /\{"reason": ((?:"\w+"(?: \| )?)+)/.exec(section(2)) ?? []
    expect([...reasons.matchAll(/"(\w+)"/g)].map(([, reason]) => reason)).toEqual(enumOf('waiting'))
  })

  test('the headers of section 1 are those that are read', () => {
    const [, table = ''] = /\| header \| meaning \|\n([\s\S]*?)\n\n/.exec(section(1)) ?? []
    const rows = table.split('\n').map((row) => row.split('|')[1] ?? '')
    const names = rows.flatMap((cell) => [...cell.matchAll(/`((?:Buzzer|Callback)-[\w-]+)/g)])
    expect(
      names.map(([, name = '']) => name.toLowerCase()).toSorted((a, b) => a.localeCompare(b)),
    ).toEqual([...submissionHeaders, ...callbackHeaders].toSorted((a, b) => a.localeCompare(b)))
  })
})

/** The values of a member, or of its `reason`, as the schema lists them. */
function enumOf(member: 'state' | 'waiting'): unknown {
  const found = JSON.stringify(JobSchema.properties[member]).match(/"enum":(\[[^\]]*\])/)
  return JSON.parse(found?.[1] ?? 'null')
}
