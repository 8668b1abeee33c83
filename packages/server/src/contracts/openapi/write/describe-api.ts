import type { Hook } from '../../../core/hook.ts'
import type { JsonSchema, Operation } from '../../../ports/catalog.ts'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { parameters, responses, schemas } from './components.ts'
import { callbacks, webhooks } from './outgoing.ts'
import type { DescribedRoute } from './described-route.ts'
import { writeHook } from './hook-operations.ts'
import { writeOperation, type WrittenRoute } from './operation-routes.ts'
import { describedRoutes } from './route-table.ts'

export interface ApiDescription {
  /** The running definitions. */
  readonly operations: readonly Operation[]
  readonly hooks?: readonly Hook[]
  /** Where the API is reached, without a slash at the end. */
  readonly publicUrl: string
  /** Of OpenAPI. */
  readonly version: '3.1' | '3.2'
  readonly title: string
}

/** Describes all that can be called here as an OpenAPI document. */
export function describeApi(description: ApiDescription): JsonObject {
  const { operations, hooks = [], publicUrl, version, title } = description
  const written = operations.map(writeOperation).filter(({ method }) => isKnown(method, version))
  const services = new Set(
    operations.flatMap(({ call }) => (call.kind === 'routed' ? [call.service] : [])),
  )
  return {
    openapi: version === '3.1' ? '3.1.0' : '3.2.0',
    info: {
      title,
      version: '1.0.0',
      description:
        'Calls are accepted at once and kept until they have run; ask for the outcome, or wait.',
    },
    servers: [{ url: publicUrl }],
    tags: [
      'Operations',
      'Jobs',
      'Batches',
      'Channels',
      'Webhooks',
      'Hooks',
      'Dead letters',
      'Definitions',
      'Server',
      ...services,
    ].map((name) => ({ name })),
    webhooks,
    components: { schemas: allSchemas(written), parameters, responses, callbacks },
    paths: pathsOf([...written, ...hooks.flatMap(writeHook), ...describedRoutes.map(writeRoute)]),
  }
}

const isKnown = (method: string, version: '3.1' | '3.2'): boolean =>
  method !== 'query' || version === '3.2'

const writeRoute = (route: DescribedRoute): WrittenRoute => {
  const { method, path, tag, ...operation } = route
  return { method, path, operation: { ...operation, tags: [tag] }, schemas: new Map() }
}

/** Of two operations with the same path and method the first is the one that is called. */
function pathsOf(routes: readonly WrittenRoute[]): JsonObject {
  const paths = new Map<string, Record<string, JsonObject>>()
  for (const { path, method, operation } of routes) {
    const item = paths.get(path) ?? {}
    item[method] ??= operation
    paths.set(path, item)
  }
  return Object.fromEntries(paths)
}

function allSchemas(written: readonly WrittenRoute[]): JsonObject {
  // Operations of one service share their schemas, which are taken over once.
  const shared = new Set(written.map((route) => route.schemas))
  const entries = [...shared].flatMap((one): readonly [string, JsonSchema][] => [...one])
  return { ...Object.fromEntries(entries), ...schemas }
}
