import { createChannelIndex } from '../core/channel-name.ts'
import type { Catalog, Channel, Operation, RouteMatch } from '../ports/catalog.ts'

/** Finds the operation of a service that a method and a path below its mount name. */
export interface Mount {
  /** Begins with a slash and does not end with one. */
  readonly mount: string
  /** @param target path and query below the mount, as received */
  match(method: string, target: string): MountMatch
}

export type MountMatch =
  | { readonly kind: 'matched'; readonly operation: string }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** A mount below another one is asked first. */
export const deepestFirst = (mounts: readonly Mount[]): readonly Mount[] =>
  mounts.toSorted((a, b) => b.mount.length - a.mount.length)

/**
 * What can be called.
 *
 * @param mounts in the order in which they are asked
 */
export function createCatalog(
  operations: readonly Operation[],
  mounts: readonly Mount[],
  channels: readonly Channel[],
): Catalog {
  const byName = new Map(operations.map((operation) => [operation.name, operation]))
  const matchBelow = ({ mount, match }: Mount, method: string, target: string): RouteMatch => {
    const below = target.slice(mount.length)
    const matched = match(method, below.startsWith('/') ? below : `/${below}`)
    if (matched.kind !== 'matched') return matched
    const operation = byName.get(matched.operation)
    return operation === undefined
      ? { kind: 'none' }
      : { kind: 'matched', operation, target: below }
  }
  return {
    operation: (name) => byName.get(name) ?? null,
    operations: () => operations,
    channel: createChannelIndex(channels),
    channels: () => channels,
    route(method, target) {
      for (const mount of mounts) {
        if (!isBelow(mount.mount, target)) continue
        const match = matchBelow(mount, method, target)
        if (match.kind !== 'none') return match
      }
      return { kind: 'none' }
    },
  }
}

const isBelow = (mount: string, target: string): boolean =>
  target.startsWith(mount) && /^(?:$|[/?])/.test(target.slice(mount.length))
