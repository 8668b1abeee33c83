import { checkCallbackHook } from '../config/check-callback.ts'
import type { Config } from '../config/config.ts'
import type {
  ImportedOperation,
  ImportedService,
} from '../contracts/openapi/service/import-service.ts'
import type { OpenApiSource } from '../contracts/openapi/read/read-open-api.ts'
import { absoluteServer, serverLack } from '../contracts/openapi/service/servers.ts'
import { readService } from '../contracts/openapi/service/read-service.ts'
import { defaultPolicies, type Policies } from '../core/operation.ts'
import { callbackOf } from '../define/callback.ts'
import { ConfigError } from '../define/errors.ts'
import { policiesOf } from '../define/policies.ts'
import type { OwnPolicyOptions } from '../define/operation.ts'
import type { Credentials, ServiceOptions } from '../define/service.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Outbound } from '../ports/outbound.ts'
import type { Runner } from '../ports/runner.ts'
import {
  defaultUpstreamOperation,
  type UpstreamCallback,
  type UpstreamService,
} from '../runner/upstream/service.ts'
import { createUpstreamRunner } from '../runner/upstream/upstream-runner.ts'
import { createBreather } from './breather.ts'
import type { Mount, MountMatch } from './catalog.ts'
import { checkSchedule } from './check-schedule.ts'
import type { DefinitionDeps } from './definition-deps.ts'
import { readDocument } from './read-document.ts'

/** A wrapped API: its operations, where they are called, and what runs them. */
export interface MountedService {
  readonly name: string
  readonly title: string
  readonly mount: Mount
  /** Where the upstream is. */
  readonly url: string
  /** What of its document was not understood, and why it cannot be called. */
  readonly notes: readonly string[]
  readonly imported: ImportedService
  /** @param runner runs them instead of the service's own, as one that stands before it */
  operations(runner: Runner, changed?: ChangedPolicies): readonly Operation[]
  /**
   * Policies may fit by themselves and not together with those of the service.
   *
   * @param name of one of its operations
   * @throws ConfigError where that operation cannot have them
   */
  checkChange(name: string, changed: OwnPolicyOptions): void
  readonly runner: Runner
}

/** Policies that were changed at run time, by the names of operations. */
export type ChangedPolicies = ReadonlyMap<string, OwnPolicyOptions>

export interface ServiceDeps extends DefinitionDeps {
  readonly config: Config
  readonly outbound: Outbound
}

/** What `service()` takes, once its document is read. */
export type MountOptions = Omit<ServiceOptions, 'openapi'>

/** @throws ConfigError where its settings cannot be taken */
export function mountService(
  name: string,
  options: MountOptions,
  imported: ImportedService,
  deps: ServiceDeps,
): MountedService {
  const upstream = upstreamOf(name, options, imported, deps)
  const runner = runnerOf(upstream, deps)
  const mount = options.mount ?? `/api/${name}`
  const forwarded = (options.forward ?? []).map((header) => header.toLowerCase())
  // Found out now rather than when a caller comes.
  const policies = new Map(
    imported.operations.map((operation) => [
      operation.name,
      operationPolicies(name, options, operation),
    ]),
  )
  const policiesNow = (operation: string, changed: OwnPolicyOptions | undefined): Policies => {
    const base = policies.get(operation) ?? defaultPolicies
    return changed === undefined ? base : policiesOf(`operations.${operation}`, changed, base)
  }
  const operationOf = (
    operation: ImportedOperation,
    usedRunner: Runner,
    changed?: OwnPolicyOptions,
  ): Operation => ({
    name: operation.name,
    summary: operation.summary,
    policies: policiesNow(operation.name, changed),
    runner: usedRunner,
    call: {
      kind: 'routed',
      service: name,
      mount,
      method: operation.method,
      path: operation.path,
      headers: new Set([...operation.headers, ...forwarded]),
      document: operation.document,
      check: operation.check,
      checkParts: operation.checkParts,
      readsWhole: operation.readsWhole,
    },
  })
  for (const operation of imported.operations) {
    const path = `services.${name}.operations.${operation.operationId}`
    checkSchedule(operationOf(operation, runner), path, deps.timetables)
  }
  return {
    name,
    title: imported.title,
    url: upstream.url,
    notes: [...imported.notes, ...refusedCalls(upstream.url, deps.outbound)],
    imported,
    runner,
    mount: { mount, match: (method, target) => matchBelow(imported, method, target) },
    operations: (usedRunner, changed) =>
      imported.operations.map((operation) =>
        operationOf(operation, usedRunner, changed?.get(operation.name)),
      ),
    checkChange(operationName, changed) {
      const operation = imported.operations.find((each) => each.name === operationName)
      if (operation === undefined) return
      const made = operationOf(operation, runner, changed)
      checkSchedule(made, `operations.${made.name}`, deps.timetables)
    },
  }
}

/** Said where the service is looked at, because the first call may come much later. */
function refusedCalls(url: string, outbound: Outbound): readonly string[] {
  const refusal = outbound.check(url)
  return refusal === null ? [] : [`${refusedStart}${refusal}`]
}

const refusedStart = 'every call is refused: '

/** Whether a note of a service says so. */
export const isRefusal = (note: string): boolean => note.startsWith(refusedStart)

function runnerOf(service: UpstreamService, deps: ServiceDeps): Runner {
  try {
    return createUpstreamRunner({ ...deps, service })
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError([{ path: `services.${service.name}.url`, detail }], { cause })
  }
}

/** @throws ConfigError where its document cannot be read or taken */
export async function importFor(
  name: string,
  options: ServiceOptions,
  { config, outbound }: Pick<ServiceDeps, 'config' | 'outbound'>,
): Promise<ImportedService> {
  const path = `services.${name}.openapi`
  const source = await readDocument(options.openapi, { folder: config.folder, outbound }).catch(
    (cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      throw new ConfigError([{ path, detail }], { cause })
    },
  )
  return importSource(name, options, source)
}

/** @throws ConfigError where the document cannot be taken */
export async function importSource(
  name: string,
  options: MountOptions,
  source: OpenApiSource,
): Promise<ImportedService> {
  const path = `services.${name}.openapi`
  const { include, exclude } = options
  const selected = {
    service: name,
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
  const outcome = await readService(source, selected, createBreather())
  if (outcome.kind === 'refused') throw new ConfigError([{ path, detail: outcome.detail }])
  refuseUnknownOverrides(name, options, outcome.service)
  return outcome.service
}

function refuseUnknownOverrides(
  name: string,
  { operations = {} }: MountOptions,
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
  options: MountOptions,
  operation: ImportedOperation,
): Policies {
  const proposed = { ...defaultPolicies, mode: operation.mode }
  const ofService = policiesOf(`services.${name}`, options, proposed)
  const own = overrideOf(options, operation)
  return own === undefined
    ? ofService
    : policiesOf(`services.${name}.operations.${operation.operationId}`, own, ofService)
}

const overrideOf = ({ operations = {} }: MountOptions, { operationId }: ImportedOperation) =>
  operationId === null ? undefined : operations[operationId]

function matchBelow(service: ImportedService, method: string, target: string): MountMatch {
  const end = target.indexOf('?')
  const match = service.routes.match(method, end === -1 ? target : target.slice(0, end))
  return match.kind === 'matched' ? { kind: 'matched', operation: match.route.name } : match
}

function upstreamOf(
  name: string,
  options: MountOptions,
  imported: ImportedService,
  { config, callbackUrl }: Pick<ServiceDeps, 'config' | 'callbackUrl'>,
): UpstreamService {
  const unsafe = new Set(
    imported.operations
      .filter((operation) => overrideOf(options, operation)?.retryUnsafe === true)
      .map((operation) => operation.name),
  )
  const callbacks = callbacksOf(name, options, imported, { config, callbackUrl })
  return {
    name,
    url: options.url ?? firstServer(name, imported),
    credentials: options.credentials === undefined ? null : credentialsOf(options.credentials),
    followOrigins: options.followOrigins ?? [],
    operation: (operation) => ({
      ...defaultUpstreamOperation,
      retryUnsafe: unsafe.has(operation),
      maxResultBytes: config.limits.resultBytes,
      callback: callbacks.get(operation) ?? null,
    }),
  }
}

/** Checked here too, because services may be defined while the server runs. */
function callbacksOf(
  name: string,
  options: MountOptions,
  { operations }: ImportedService,
  { config, callbackUrl }: Pick<ServiceDeps, 'config' | 'callbackUrl'>,
): ReadonlyMap<string, UpstreamCallback> {
  const made = new Map<string, UpstreamCallback>()
  for (const operation of operations) {
    const callback = overrideOf(options, operation)?.callback
    if (callback === undefined) continue
    const path = `services.${name}.operations.${operation.operationId}.callback`
    const issues = checkCallbackHook(path, callback, config.hooks)
    if (issues.length > 0) throw new ConfigError(issues)
    const terms = callbackOf(path, callback)
    const urlOf: UpstreamCallback['urlOf'] = (job, run) => callbackUrl(terms.hook, job, run)
    made.set(operation.name, { ...terms, urlOf })
  }
  return made
}

function firstServer(name: string, { servers, serversDiffer }: ImportedService): string {
  const absolute = absoluteServer(servers)
  if (absolute !== undefined) return absolute
  const lack = serversDiffer ? 'names a server of its own for each operation' : serverLack(servers)
  const detail = `the document ${lack}; say where it is: url: 'http://…'`
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
