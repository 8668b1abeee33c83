import {
  parameters,
  responses,
} from '../../packages/server/src/contracts/openapi/write/components.ts'
import type { DescribedRoute } from '../../packages/server/src/contracts/openapi/write/described-route.ts'
import { describedRoutes } from '../../packages/server/src/contracts/openapi/write/route-table.ts'
import { routes } from '../../packages/server/src/gateway/http/routes/index.ts'
import { notSupported } from '../../packages/server/src/gateway/http/routes/not-supported.ts'
import { code, list, page, table } from './markdown.ts'

/** Every route that is described in `/openapi.json`, with the scope that it needs. */
export const httpApiPage = (): string =>
  page('HTTP API', [
    'A running server has the same as `/openapi.json` and `/openapi.yaml`, with the operations of its' +
      ' configuration. What all of it means stands in [PROTOCOL.md](../../PROTOCOL.md); the errors' +
      ' have [a page of their own](errors.md).',
    '## Submitting',
    '`POST /v1/operations/{operation}/jobs` with the input as body, or the route of a wrapped API' +
      ' below its mount. Scope `jobs:submit`. Both take these headers:',
    table(
      ['header', 'meaning'],
      Object.values(parameters)
        .filter((parameter) => parameter['in'] === 'header')
        .map(({ name, description }) => [code(text(name)), text(description)]),
    ),
    ...tags().flatMap((tag) => [`## ${tag}`, ...describedOf(tag).map(routeSection)]),
    ...(notSupported.length === 0
      ? []
      : [
          '## Not there yet',
          'These are answered with 501 `not-supported`:',
          list(notSupported.map(({ method, path }) => code(`${method} ${template(path)}`))),
        ]),
  ])

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const tags = (): readonly string[] => [...new Set(describedRoutes.map(({ tag }) => tag))]

const describedOf = (tag: string): readonly DescribedRoute[] =>
  describedRoutes.filter((route) => route.tag === tag)

function routeSection(route: DescribedRoute): string {
  const scope = scopeOf(route)
  const rows = (route.parameters ?? [])
    .map(resolved(parameters))
    .map((parameter) => [
      code(text(parameter['name'])),
      text(parameter['in']),
      text(parameter['description']),
    ])
  const answers = Object.entries(route.responses).map(([status, answer]) => [
    status === 'default' ? 'others' : code(status),
    text(resolved(responses)(answer)['description']),
  ])
  return [
    `### ${route.method.toUpperCase()} ${route.path}`,
    `${route.summary}.${scope === null ? '' : ` Scope: ${code(scope)}.`}`,
    table(['parameter', 'in', 'meaning'], rows),
    table(['answer', 'meaning'], answers),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

type Part = Readonly<Record<string, unknown>>

/** What a reference into the components stands for, or the part itself. */
const resolved =
  (components: Readonly<Record<string, Part>>) =>
  (part: Part): Part =>
    components[text(part['$ref']).split('/').at(-1) ?? ''] ?? part

const template = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}')

const shape = (path: string): string => path.replaceAll(/\{[^}]+\}|:\w+/g, '{}')

function scopeOf({ method, path }: DescribedRoute): string | null {
  const found = routes.find(
    (route) => route.method === method.toUpperCase() && shape(route.path) === shape(path),
  )
  return found === undefined || found.scope === 'public'
    ? null
    : [found.scope].flat().join('` or `')
}
