import type { Config } from '../config/config.ts'
import type {
  ImportedOperation,
  ImportedService,
} from '../contracts/openapi/service/import-service.ts'
import { readService } from '../contracts/openapi/service/read-service.ts'
import { defaultPolicies, type Policies } from '../core/operation.ts'
import { ConfigError } from '../define/errors.ts'
import { policiesOf } from '../define/policies.ts'
import type { Credentials, ServiceDefinition, ServiceOptions } from '../define/service.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Outbound } from '../ports/outbound.ts'
import type { Runner } from '../ports/runner.ts'
import { defaultUpstreamOperation, type UpstreamService } from '../runner/upstream/service.ts'
import { createUpstreamRunner } from '../runner/upstream/upstream-runner.ts'
import type { Mount, MountMatch } from './catalog.ts'
import type { DefinitionDeps } from './definition-deps.ts'
import { readDocument } from './read-document.ts'

/** A wrapped API: its operations, where they are called, and what runs them. */
export interface MountedService {
  readonly operations: readonly Operation[]
  readonly mount: Mount
  readonly runner: Runner
}

export interface ServiceDeps extends DefinitionDeps {
  readonly config: Config
  readonly outbound: Outbound
}

/** @throws ConfigError where its document or its settings cannot be taken */
export async function mountService(
  name: string,
  { options }: ServiceDefinition,
  deps: ServiceDeps,
): Promise<MountedService> {
  const imported = await importDocument(name, options, deps)
  for (const note of imported.notes) deps.log.warn({ service: name, note }, 'OpenAPI document')
  const runner = createUpstreamRunner({
    ...deps,
    service: upstreamOf(name, options, imported, deps.config),
  })
  const mount = options.mount ?? `/api/${name}`
  const forwarded = (options.forward ?? []).map((header) => header.toLowerCase())
  return {
    runner,
    mount: { mount, match: (method, target) => matchBelow(imported, method, target) },
    operations: imported.operations.map((operation) => ({
      name: operation.name,
      summary: operation.summary,
      policies: operationPolicies(name, options, operation),
      runner,
      call: {
        kind: 'routed',
        service: name,
        mount,
        method: operation.method,
        path: operation.path,
        headers: new Set([...operation.headers, ...forwarded]),
        document: operation.document,
        check: operation.check,
      },
    })),
  }
}

async function importDocument(
  name: string,
  options: ServiceOptions,
  { config, outbound }: ServiceDeps,
): Promise<ImportedService> {
  const path = `services.${name}.openapi`
  const source = await readDocument(options.openapi, { folder: config.folder, outbound }).catch(
    (cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      throw new ConfigError([{ path, detail }], { cause })
    },
  )
  const { include, exclude } = options
  const outcome = readService(source, {
    service: name,
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  })
  if (outcome.kind === 'refused') throw new ConfigError([{ path, detail: outcome.detail }])
  refuseUnknownOverrides(name, options, outcome.service)
  return outcome.service
}

function refuseUnknownOverrides(
  name: string,
  { operations = {} }: ServiceOptions,
  service: ImportedService,
): void {
  const known = new Set(service.operations.map(({ operationId }) => operationId))
  const unknown = Object.keys(operations).filter((id) => !known.has(id))
  if (unknown.length === 0) return
  throw new ConfigError(
    unknown.map((id) => ({
      path: `services.${name}.operations.${id}`,
      detail: 'the document has no operation with this operationId, or it is excluded',
    })),
  )
}

/** What the document proposes, then what the service says, then what is said of the one. */
function operationPolicies(
  name: string,
  options: ServiceOptions,
  operation: ImportedOperation,
): Policies {
  const proposed = { ...defaultPolicies, mode: operation.mode }
  const ofService = policiesOf(`services.${name}`, options, proposed)
  const own = overrideOf(options, operation)
  return own === undefined
    ? ofService
    : policiesOf(`services.${name}.operations.${operation.operationId}`, own, ofService)
}

const overrideOf = ({ operations = {} }: ServiceOptions, { operationId }: ImportedOperation) =>
  operationId === null ? undefined : operations[operationId]

function matchBelow(service: ImportedService, method: string, target: string): MountMatch {
  const end = target.indexOf('?')
  const match = service.routes.match(method, end === -1 ? target : target.slice(0, end))
  return match.kind === 'matched' ? { kind: 'matched', operation: match.route.name } : match
}

function upstreamOf(
  name: string,
  options: ServiceOptions,
  imported: ImportedService,
  config: Config,
): UpstreamService {
  const unsafe = new Set(
    imported.operations
      .filter((operation) => overrideOf(options, operation)?.retryUnsafe === true)
      .map((operation) => operation.name),
  )
  return {
    name,
    url: options.url ?? firstServer(name, imported),
    credentials: options.credentials === undefined ? null : credentialsOf(options.credentials),
    followOrigins: options.followOrigins ?? [],
    operation: (operation) => ({
      ...defaultUpstreamOperation,
      retryUnsafe: unsafe.has(operation),
      maxResultBytes: config.limits.resultBytes,
    }),
  }
}

function firstServer(name: string, { servers }: ImportedService): string {
  const absolute = servers.find((server) => /^https?:\/\/[^{}]+$/i.test(server))
  if (absolute !== undefined) return absolute
  const detail = "the document names no server; say where it is: url: 'http://…'"
  throw new ConfigError([{ path: `services.${name}.url`, detail }])
}

function credentialsOf(credentials: Credentials): UpstreamService['credentials'] {
  if ('header' in credentials) {
    return { kind: 'header', name: credentials.header, value: credentials.value }
  }
  if ('basic' in credentials) return { kind: 'basic', ...credentials.basic }
  const { tokenUrl, clientId, clientSecret, scope = '' } = credentials.oauth2
  const scopes = scope.split(' ').filter((part) => part !== '')
  return { kind: 'oauth2', tokenUrl, clientId, clientSecret, scopes }
}
