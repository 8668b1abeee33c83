import type { Config } from '../../config/config.ts'
import { checkMounts } from '../../config/check-mounts.ts'
import { issuesOf } from '../../config/issues.ts'
import { jsonSchemaOf } from '../../define/schema.ts'
import type { Channel, Operation } from '../../ports/catalog.ts'
import type {
  ChannelEntry,
  DefinitionEntry,
  OperationEntry,
  ServiceEntry,
} from '../../ports/registry.ts'
import { deepestFirst, type Mount } from '../catalog.ts'
import type { Definitions } from '../definitions.ts'
import { channelName } from '../../core/channel-name.ts'
import type { ChangedPolicies, MountedService } from '../mounted-services.ts'
import { judgeChannels } from './judge-channels.ts'
import { olderFirst, type LoadedPolicies, type LoadedService, type State } from './state.ts'

/** All that runs on this node: what the configuration says, and what the store has besides. */
export interface Assembly {
  readonly operations: readonly Operation[]
  readonly mounts: readonly Mount[]
  readonly services: readonly ServiceEntry[]
  readonly operationEntries: readonly OperationEntry[]
  readonly channels: readonly ChannelEntry[]
  /** Those that can be published to and read. */
  readonly usedChannels: readonly Channel[]
}

/** What never changes while the process runs. */
export interface Base {
  readonly config: Config
  readonly declared: Definitions
}

/**
 * Puts together what can be used, and says of the rest why it cannot. What the configuration
 * defines comes first; of two stored definitions that exclude each other the older one is used.
 */
export function assemble(base: Base, state: State): Assembly {
  const declared = base.declared.services.map((service) => ({
    service,
    operations: service.operations(service.runner),
  }))
  const own = [...base.declared.named, ...declared.flatMap(({ operations }) => operations)]
  const known = new Set(own.map(({ name }) => name))
  const stored = [...state.services.values()].toSorted(olderFirst).map(createJudge(base, known))
  const channels = judgeChannels(base, state)
  const changed = stored.flatMap((judged) => operationsOf(judged, state.policies))
  return {
    operations: [...own, ...changed.map(({ operation }) => operation)],
    // A stored service may lie below one of the configuration, but never in front of its routes.
    mounts: [
      ...deepestFirst(declared.map(({ service }) => service.mount)),
      ...deepestFirst(stored.flatMap(({ mounted }) => (mounted === null ? [] : [mounted.mount]))),
    ],
    services: sorted([
      ...declared.map(({ service }) => declaredEntry(service)),
      ...stored.map(({ entry }) => entry),
    ]),
    operationEntries: sorted([
      ...own.map((operation) => ({
        ...inConfig(operation.name),
        operation,
        changed: {},
      })),
      ...changed,
    ]),
    channels: sorted([...declaredChannels(base), ...channels.map(({ entry }) => entry)]),
    usedChannels: [
      ...base.declared.channels,
      ...channels.flatMap(({ channel }) => (channel === null ? [] : [channel])),
    ],
  }
}

const declaredChannels = ({ config }: Base): readonly ChannelEntry[] =>
  Object.entries(config.channels).map(([name, { options }]) => ({
    ...inConfig(channelName(name)),
    options: {
      ...options,
      ...(options.data === undefined
        ? {}
        : { data: jsonSchemaOf(options.data, `channels.${name}.data`) }),
    },
  }))

/** By name; of two with one name the configuration's first. */
const sorted = <Entry extends DefinitionEntry>(entries: readonly Entry[]): readonly Entry[] =>
  entries.toSorted((a, b) =>
    a.name === b.name ? (a.origin < b.origin ? -1 : 1) : a.name < b.name ? -1 : 1,
  )

const inConfig = (name: string): DefinitionEntry => ({
  name,
  origin: 'config',
  version: null,
  changedAt: null,
  changedBy: null,
  shadowed: false,
  problem: null,
})

const declaredEntry = (service: MountedService): ServiceEntry => ({
  ...inConfig(service.name),
  ...factsOf(service),
})

const factsOf = ({ title, mount, url, imported, notes }: MountedService) => ({
  title,
  mount: mount.mount,
  url,
  operations: imported.operations.map(({ name }) => name),
  notes,
})

interface Judged {
  readonly entry: ServiceEntry
  readonly loaded: LoadedService
  /** Null where it is not used. */
  readonly mounted: MountedService | null
}

/** Says of one stored service after the other whether it can be used beside those before it. */
function createJudge({ config }: Base, known: ReadonlySet<string>) {
  const mounted: Record<string, unknown> = { ...config.services }
  return (loaded: LoadedService): Judged => {
    const { name, options, use } = loaded
    const shadowed = Object.hasOwn(config.services, name)
    const problem = shadowed
      ? `services.${name} of the configuration wins`
      : use.kind === 'broken'
        ? use.problem
        : collisionOf(name, use.mounted, mounted, known)
    const entry = {
      name,
      origin: 'store' as const,
      version: loaded.version,
      changedAt: loaded.at,
      changedBy: loaded.by,
      shadowed,
      problem,
    }
    if (use.kind === 'broken') return { entry: unread(entry, options), loaded, mounted: null }
    if (problem === null) mounted[name] = { options }
    return {
      entry: { ...entry, ...factsOf(use.mounted) },
      loaded,
      mounted: problem === null ? use.mounted : null,
    }
  }
}

const unread = (entry: DefinitionEntry, options: LoadedService['options']): ServiceEntry => ({
  ...entry,
  title: null,
  mount: options?.mount ?? `/api/${entry.name}`,
  url: options?.url ?? null,
  operations: [],
  notes: [],
})

function collisionOf(
  name: string,
  service: MountedService,
  mounted: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): string | null {
  const candidate = { options: { mount: service.mount.mount } }
  const path = `services.${name}.mount`
  const issue = checkMounts({ ...mounted, [name]: candidate }).find((each) => each.path === path)
  if (issue !== undefined) return issue.detail
  const taken = service.imported.operations.find((operation) => known.has(operation.name))
  return taken === undefined ? null : `the configuration has an operation ${taken.name} already`
}

function operationsOf(
  { loaded, mounted }: Judged,
  policies: ReadonlyMap<string, LoadedPolicies>,
): readonly OperationEntry[] {
  if (mounted === null || loaded.use.kind === 'broken') return []
  const { runner } = loaded.use
  const own = mounted.imported.operations.flatMap(({ name }) => policies.get(name) ?? [])
  const problems = new Map(own.map((each) => [each.name, each.problem ?? misfit(mounted, each)]))
  const usable: ChangedPolicies = new Map(
    own
      .filter(({ name }) => problems.get(name) === null)
      .map(({ name, options }) => [name, options]),
  )
  return mounted.operations(runner, usable).map((operation) => {
    const change = policies.get(operation.name)
    return {
      name: operation.name,
      origin: 'store',
      version: change?.version ?? 0,
      changedAt: change?.at ?? null,
      changedBy: change?.by ?? null,
      shadowed: false,
      problem: problems.get(operation.name) ?? null,
      operation,
      changed: { ...change?.options },
    }
  })
}

/** Why a service cannot have changed policies that are right by themselves; null where it can. */
function misfit(service: MountedService, { name, options }: LoadedPolicies): string | null {
  const [issue] = issuesOf(() => service.checkChange(name, options))
  return issue === undefined ? null : `its changed policies are not used: ${issue.detail}`
}
