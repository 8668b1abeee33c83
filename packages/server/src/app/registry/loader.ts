import type { Sealer } from '../../ports/sealer.ts'
import { ConfigError } from '../../define/errors.ts'
import { isObject, type JsonObject } from '../../contracts/schema/json-pointer.ts'
import type { Definition } from '../../ports/definitions.ts'
import {
  importSource,
  mountService,
  type MountedService,
  type ServiceDeps,
} from '../mounted-services.ts'
import { makeChannel } from '../make-channel.ts'
import { readChannelBody } from './read-body.ts'
import { policyIssues } from './merge-policies.ts'
import { createRetiringRunner } from './retiring-runner.ts'
import { hashOf, readService, type StoredService } from './service-record.ts'
import type { LoadedChannel, LoadedPolicies, LoadedService } from './state.ts'

export interface LoaderDeps extends ServiceDeps {
  readonly sealer: Sealer
}

/** Who made a version, and when. */
type Stamp = Pick<Definition, 'version' | 'at' | 'by'>

/**
 * Makes a service ready to run.
 *
 * @throws ConfigError where its document or its settings cannot be taken
 */
export async function makeService(
  name: string,
  { options, text, source }: StoredService,
  stamp: Stamp,
  deps: ServiceDeps,
): Promise<LoadedService & { readonly use: { readonly kind: 'ready' } }> {
  const imported = await importSource(name, options, { text, name: source ?? 'the document' })
  const mounted = mountService(name, options, imported, deps)
  const runner = createRetiringRunner(mounted.runner, (fault) =>
    deps.log.error({ err: fault, service: name }, 'a service that was replaced could not be ended'),
  )
  const use = readyOf(mounted, runner)
  return { name, ...stampOf(stamp), options, source, hash: hashOf(text), use }
}

const stampOf = ({ version, at, by }: Stamp): Stamp => ({ version, at, by })

const readyOf = (mounted: MountedService, runner: ReturnType<typeof createRetiringRunner>) => ({
  kind: 'ready' as const,
  mounted,
  runner,
})

/** Takes in what the store has; what cannot be used says why, and nothing is thrown. */
export async function loadService(
  name: string,
  definition: Definition,
  deps: LoaderDeps,
): Promise<LoadedService> {
  let options: LoadedService['options'] = null
  try {
    const { document, attachment } = definition
    const stored = await readService(name, { document: document ?? '', attachment }, deps.sealer)
    options = stored.options
    return await makeService(name, stored, definition, deps)
  } catch (error) {
    const use = { kind: 'broken' as const, problem: reasonOf(error) }
    return { name, ...stampOf(definition), options, source: null, hash: null, use }
  }
}

export function loadPolicies(name: string, definition: Definition): LoadedPolicies {
  const options = parseObject(definition.document)
  const [issue] = options === null ? [unreadable] : policyIssues(name, options)
  return {
    name,
    ...stampOf(definition),
    options: options ?? {},
    problem: issue?.detail ?? null,
  }
}

export function loadChannel(name: string, definition: Definition): LoadedChannel {
  const options = parseObject(definition.document)
  const read = readChannelBody(name, options)
  const problem = read.kind === 'options' ? null : (read.problem.errors?.[0]?.detail ?? null)
  const channel = read.kind === 'options' ? makeChannel(name, read.options) : null
  return { name, ...stampOf(definition), options: options ?? {}, channel, problem }
}

const unreadable = { detail: 'what is stored cannot be read' }

function parseObject(document: string | null): JsonObject | null {
  try {
    const value: unknown = JSON.parse(document ?? 'null')
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof ConfigError
    ? error.issues.map(({ path, detail }) => `${path}: ${detail}`).join('; ')
    : error instanceof Error
      ? error.message
      : String(error)
