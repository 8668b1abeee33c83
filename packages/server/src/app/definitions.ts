import type { Config } from '../config/config.ts'
import type { Channel, Operation } from '../ports/catalog.ts'
import type { Outbound } from '../ports/outbound.ts'
import { createOutbound } from '../outbound/outbound.ts'
import type { DefinitionDeps } from './definition-deps.ts'
import { importFor, mountService, type MountedService } from './mounted-services.ts'
import { makeChannel } from './make-channel.ts'
import { nameOperations } from './named-operations.ts'
import { warnOfPrivate } from './warn-private.ts'

/** What a configuration defines, ready to be called and run; it stands until the process ends. */
export interface Definitions extends AsyncDisposable {
  /** Those that handlers run. */
  readonly named: readonly Operation[]
  readonly services: readonly MountedService[]
  readonly channels: readonly Channel[]
  /** The one guarded client, for services that are defined later too. */
  readonly outbound: Outbound
}

/** @throws ConfigError naming all that cannot be taken */
export async function loadDefinitions(config: Config, deps: DefinitionDeps): Promise<Definitions> {
  await using resources = new AsyncDisposableStack()
  const { operations, runner } = nameOperations(config, deps)
  resources.use(runner)
  const outbound = resources.use(createOutbound({ allow: config.outboundAllow, clock: deps.clock }))
  const serviceDeps = { ...deps, config, outbound }
  const services: MountedService[] = []
  for (const [name, { options }] of Object.entries(config.services)) {
    const imported = await importFor(name, options, serviceDeps)
    for (const note of imported.notes) deps.log.warn({ service: name, note }, 'OpenAPI document')
    const service = mountService(name, options, imported, serviceDeps)
    resources.use(service.runner)
    warnOfPrivate(service, outbound, deps.log)
    services.push(service)
  }
  const channels = Object.entries(config.channels).map(([name, { options }]) =>
    makeChannel(name, options),
  )
  const owned = resources.move()
  return {
    named: operations,
    services,
    channels,
    outbound,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
