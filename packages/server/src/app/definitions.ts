import type { Config } from '../config/config.ts'
import type { Catalog } from '../ports/catalog.ts'
import { createOutbound } from '../outbound/outbound.ts'
import { createCatalog } from './catalog.ts'
import type { DefinitionDeps } from './definition-deps.ts'
import { mountService, type MountedService } from './mounted-services.ts'
import { nameOperations } from './named-operations.ts'

/** What a configuration defines, ready to be called and run. */
export interface Definitions extends AsyncDisposable {
  readonly catalog: Catalog
}

/** @throws ConfigError naming all that cannot be taken */
export async function loadDefinitions(config: Config, deps: DefinitionDeps): Promise<Definitions> {
  await using resources = new AsyncDisposableStack()
  const named = nameOperations(config, deps)
  resources.use(named.runner)
  const outbound = resources.use(createOutbound({ allow: config.outboundAllow, clock: deps.clock }))
  const services: MountedService[] = []
  for (const [name, definition] of Object.entries(config.services)) {
    const service = await mountService(name, definition, { ...deps, config, outbound })
    services.push({ ...service, runner: resources.use(service.runner) })
  }
  const operations = [...named.operations, ...services.flatMap((service) => service.operations)]
  const catalog = createCatalog(
    operations,
    services.map(({ mount }) => mount),
  )
  const owned = resources.move()
  return { catalog, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
