import { parseText } from '../../contracts/openapi/read/parse-text.ts'
import { definitionsTopic } from '../../ports/bus.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { DefinitionKind } from '../../ports/definitions.ts'
import type { DefinitionEntry, Registry } from '../../ports/registry.ts'
import { channelName } from '../../core/channel-name.ts'
import { putChannel } from './channel-desk.ts'
import { importChannelsOrdered } from './channel-import-desk.ts'
import { createDesk, type DeskDeps } from './desk.ts'
import { importOrdered } from './import-desk.ts'
import { createLive } from './live.ts'
import { patchOperation } from './policy-desk.ts'
import { removeDefinition } from './remove.ts'
import { rollBack } from './rollback.ts'
import { hideSecrets } from './secrets.ts'
import { putService } from './service-desk.ts'
import { readService, UnreadableService } from './service-record.ts'

/** The registry of this node, and the catalog that follows it. */
export interface LiveRegistry extends Registry, AsyncDisposable {
  readonly catalog: Catalog
  /** Takes in what is stored, and from then on what changes. */
  start(): Promise<void>
}

/** Looks this often by itself, in milliseconds: the bus may lose what it was told. */
const pollMs = 5_000

/** Keeps what runs here the same as what the configuration and the store define. */
export function createRegistry(deps: DeskDeps): LiveRegistry {
  const live = createLive(deps, deps.log)
  const desk = createDesk(live, deps)
  let callOff = (): void => {}
  let stopped = false

  const follow = (): void => {
    callOff()
    desk
      .refresh()
      .catch((fault: unknown) => {
        deps.log.error({ err: fault }, 'the stored definitions could not be read')
      })
      .finally(() => {
        // Another hint may have come meanwhile, and set one already.
        callOff()
        if (!stopped) callOff = deps.clock.after(pollMs, follow)
      })
      .catch(() => {})
  }
  let unsubscribe = (): void => {}

  return {
    catalog: live.catalog,
    async start() {
      await desk.refresh()
      unsubscribe = deps.bus.subscribe(definitionsTopic, follow)
      callOff = deps.clock.after(pollMs, follow)
    },
    services: () => live.assembly.services,
    operations: () => live.assembly.operationEntries,
    channels: () => live.assembly.channels,
    definition: (kind, name) => definitionOf(deps, live.assembly, kind, name),
    putService: (...args) => putService(desk, deps, ...args),
    putChannel: (...args) => putChannel(desk, deps, ...args),
    patchOperation: (...args) => patchOperation(desk, deps, ...args),
    remove: (kind, name, terms) =>
      removeDefinition(desk, deps, { kind, name: nameOf(kind, name) }, terms),
    importService: (...args) => importOrdered(desk, deps, ...args),
    importChannels: (...args) => importChannelsOrdered(desk, deps, ...args),
    async history(kind, given) {
      const name = nameOf(kind, given)
      const versions = await deps.store.history({ kind, name })
      const isKnown = entriesOf(live.assembly, kind).some((entry) => entry.name === name)
      return versions.length > 0 || isKnown ? versions : null
    },
    rollback: (kind, name, version, terms) =>
      rollBack(desk, deps, { kind, name: nameOf(kind, name) }, version, terms),
    async [Symbol.asyncDispose]() {
      stopped = true
      unsubscribe()
      callOff()
      await desk.idle()
      await live[Symbol.asyncDispose]()
    },
  }
}

const nameOf = (kind: DefinitionKind, name: string): string =>
  kind === 'channel' ? channelName(name) : name

type Lists = ReturnType<typeof createLive>['assembly']

const entriesOf = (lists: Lists, kind: DefinitionKind): readonly DefinitionEntry[] =>
  ({ service: lists.services, operation: lists.operationEntries, channel: lists.channels })[kind]

/** What `PUT` would take; null where that cannot be made out. */
async function definitionOf(
  deps: DeskDeps,
  lists: Lists,
  kind: 'service' | 'channel',
  given: string,
): Promise<unknown> {
  const name = nameOf(kind, given)
  if (kind === 'channel') {
    return lists.channels.find((entry) => entry.name === name)?.options ?? null
  }
  const { services } = deps.config
  const declared = Object.hasOwn(services, name) ? services[name] : undefined
  if (declared !== undefined) return shown(declared.options)
  const stored = await deps.store.read({ kind, name }, null)
  if (stored?.document === undefined || stored.document === null) return null
  const { document, attachment } = stored
  try {
    const service = await readService(name, { document, attachment }, deps.sealer)
    return shown({ ...service.options, openapi: service.source ?? parsed(service.text) })
  } catch (error) {
    // The entry says why.
    if (error instanceof UnreadableService) return null
    throw error
  }
}

function shown(options: ShownOptions): unknown {
  const { credentials } = options
  return credentials === undefined ? options : { ...options, credentials: hideSecrets(credentials) }
}

interface ShownOptions {
  readonly credentials?: Parameters<typeof hideSecrets>[0]
  readonly openapi: unknown
}

function parsed(text: string): unknown {
  const outcome = parseText(text)
  return outcome.kind === 'parsed' ? outcome.value : text
}
