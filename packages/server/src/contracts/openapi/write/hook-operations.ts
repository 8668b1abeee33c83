import { headersOf, type Hook, type HookScheme } from '../../../core/hook.ts'
import type { JsonObject } from '../../schema/json-pointer.ts'
import type { WrittenRoute } from './operation-routes.ts'
import { hookRoutes, published, submitted } from './routes/hooks.ts'

/**
 * Describes a declared hook with what its sender has to sign. One that ends jobs is left out: its
 * address is another one for each job.
 */
export function writeHook(hook: Hook): readonly WrittenRoute[] {
  const { name, summary, scheme, action } = hook
  if (action.kind === 'finish') return []
  const [route] = hookRoutes
  const operation = {
    operationId: `receiveHook.${name}`,
    tags: ['Hooks'],
    summary: summary ?? `Takes webhooks of ${name}`,
    description: `${security[scheme.kind]} ${does(hook)}`,
    // It needs no credential of this server, whatever the others need.
    security: [],
    parameters: headersOf(scheme).map((header) => parameterOf(header, scheme)),
    requestBody: route?.requestBody,
    responses: action.kind === 'publish' ? published : submitted,
  }
  const path = `/v1/hooks/${encodeURIComponent(name)}`
  return [{ path, method: 'post', operation, schemas: new Map() }]
}

const security: Readonly<Record<HookScheme['kind'], string>> = {
  none: 'Anybody may call it: calls are not signed.',
  standard: 'Calls are signed as Standard Webhooks has it.',
  stripe: 'Calls are signed as Stripe does it.',
  github: 'Calls are signed as GitHub does it, over the body alone.',
  hmac: 'Calls carry an HMAC of what they say in a header.',
}

const does = ({ action }: Hook): string =>
  action.kind === 'submit'
    ? `Each delivery is one job of ${action.operation}.`
    : action.kind === 'publish'
      ? `Each delivery is one event on ${action.channel}.`
      : ''

const parameterOf = (name: string, scheme: HookScheme): JsonObject => ({
  name,
  in: 'header',
  required: scheme.kind !== 'hmac' || name !== scheme.id || scheme.content.includes('{id}'),
  schema: { type: 'string' },
})
