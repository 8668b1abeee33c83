import type { OwnPolicyOptions } from '../../define/operation.ts'
import type { Millis } from '../../core/time.ts'
import type { Channel } from '../../ports/catalog.ts'
import type { MountedService, MountOptions } from '../mounted-services.ts'
import type { RetiringRunner } from './retiring-runner.ts'

/** What the store has, as far as this node has taken it in. Replaced as a whole, never changed. */
export interface State {
  readonly services: ReadonlyMap<string, LoadedService>
  readonly policies: ReadonlyMap<string, LoadedPolicies>
  readonly channels: ReadonlyMap<string, LoadedChannel>
}

interface Loaded {
  readonly name: string
  readonly version: number
  readonly at: Millis
  readonly by: string | null
}

/** The order in which stored definitions are taken, of which one may exclude another. */
export const olderFirst = (a: Loaded, b: Loaded): number =>
  a.at - b.at || (a.name < b.name ? -1 : 1)

export interface LoadedService extends Loaded {
  /** Null where not even these could be read. */
  readonly options: MountOptions | null
  readonly source: string | null
  /** The hash of its document. */
  readonly hash: string | null
  readonly use:
    | { readonly kind: 'ready'; readonly mounted: MountedService; readonly runner: RetiringRunner }
    | { readonly kind: 'broken'; readonly problem: string }
}

/** Policies of an operation that were changed at run time. */
export interface LoadedPolicies extends Loaded {
  readonly options: OwnPolicyOptions
  /** Why they cannot be used; null where they can, as far as they show it. */
  readonly problem: string | null
}

export interface LoadedChannel extends Loaded {
  readonly options: Readonly<Record<string, unknown>>
  /** Null where it cannot be used; `problem` says why. */
  readonly channel: Channel | null
  readonly problem: string | null
}

export const emptyState: State = {
  services: new Map(),
  policies: new Map(),
  channels: new Map(),
}

/** @param value null takes it out */
export function withEntry<Value>(
  map: ReadonlyMap<string, Value>,
  name: string,
  value: Value | null,
): ReadonlyMap<string, Value> {
  const copy = new Map(map)
  if (value === null) copy.delete(name)
  else copy.set(name, value)
  return copy
}
