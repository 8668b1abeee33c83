import type { Catalog } from '../ports/catalog.ts'
import { createCatalog } from './catalog.ts'

/** A catalog whose content is replaced as a whole, between two requests. */
export interface LiveCatalog extends Catalog {
  swap(next: Catalog): void
}

export function createLiveCatalog(): LiveCatalog {
  let current: Catalog = createCatalog([], [], [])
  return {
    operation: (name) => current.operation(name),
    operations: () => current.operations(),
    channel: (name) => current.channel(name),
    channels: () => current.channels(),
    route: (method, target) => current.route(method, target),
    swap(next) {
      current = next
    },
  }
}
