import type { Problem } from '@buzzer/contract'
import type { Millis } from '../core/time.ts'
import type { Operation } from './catalog.ts'
import type { DefinitionKind, DefinitionVersion } from './definitions.ts'

/**
 * What is defined here, and how that is changed while the server runs. Reads are of what runs now
 * on this node; a change is stored first and runs here when its promise resolves, on other nodes
 * soon after.
 */
export interface Registry {
  services(): readonly ServiceEntry[]
  operations(): readonly OperationEntry[]
  channels(): readonly ChannelEntry[]
  /** What `PUT` would take, with secrets written as `***`; null for what is not there. */
  definition(kind: 'service' | 'channel', name: string): Promise<unknown>
  /** @param body what `service()` takes, as JSON */
  putService(name: string, body: unknown, terms: ChangeTerms): Promise<Changed>
  /** @param body what `channel()` takes, as JSON */
  putChannel(name: string, body: unknown, terms: ChangeTerms): Promise<Changed>
  /** @param patch a JSON merge patch (RFC 7396) of an operation's policies */
  patchOperation(name: string, patch: unknown, terms: ChangeTerms): Promise<Changed>
  remove(kind: 'service' | 'channel', name: string, terms: ChangeTerms): Promise<Changed>
  /** Looks at an OpenAPI document, and makes a service of it unless that is not wanted. */
  importService(order: ImportOrder, terms: ChangeTerms): Promise<Imported>
  /** Looks at an AsyncAPI document, and declares its channels unless that is not wanted. */
  importChannels(order: ChannelImportOrder, terms: ChangeTerms): Promise<ChannelsImported>
  /** @returns null for what never was */
  history(kind: DefinitionKind, name: string): Promise<readonly DefinitionVersion[] | null>
  /** Makes what stood at a version stand again, as a new version. */
  rollback(
    kind: DefinitionKind,
    name: string,
    version: number,
    terms: ChangeTerms,
  ): Promise<Changed>
}

/** What is known of a definition besides what it says. */
export interface DefinitionEntry {
  readonly name: string
  readonly origin: 'config' | 'store'
  /** Null where it stands in the configuration; 0 for policies that nobody has changed. */
  readonly version: number | null
  readonly changedAt: Millis | null
  readonly changedBy: string | null
  /** The configuration has the same one, which wins. */
  readonly shadowed: boolean
  /** Why it cannot be used; null where it can. */
  readonly problem: string | null
}

export interface ServiceEntry extends DefinitionEntry {
  readonly title: string | null
  readonly mount: string
  /** Where the upstream is; null where that is not known. */
  readonly url: string | null
  readonly operations: readonly string[]
  /** What of its document was not understood, and why it cannot be called. */
  readonly notes: readonly string[]
}

export interface OperationEntry extends DefinitionEntry {
  readonly operation: Operation
  /** Policies that were changed at run time, as they were written. */
  readonly changed: Readonly<Record<string, unknown>>
}

export interface ChannelEntry extends DefinitionEntry {
  readonly options: Readonly<Record<string, unknown>>
}

export interface ChangeTerms {
  /** What the present version has to be. */
  readonly expects: VersionTest
  /** The client; null where nobody has to say who they are. */
  readonly by: string | null
}

/** @param version 0 where there is none */
export type VersionTest = (version: number) => boolean

export type Changed =
  | {
      readonly kind: 'changed'
      readonly version: number
      readonly created: boolean
      /** What changed for callers; null where that was not looked for. */
      readonly changes: unknown
    }
  | { readonly kind: 'refused'; readonly problem: Problem }

export interface ImportOrder {
  /** OpenAPI, as JSON or YAML. */
  readonly text: string
  /** Made from the title where it is null. */
  readonly name: string | null
  /** Where the API is; where it was before, or as the document says, where it is null. */
  readonly url: string | null
  readonly dryRun: boolean
}

export type Imported =
  | {
      readonly kind: 'imported'
      readonly name: string
      readonly title: string
      readonly url: string | null
      /** The new version; null where nothing was stored. */
      readonly version: number | null
      readonly report: object
      /** Null where there was no such service. */
      readonly changes: unknown
    }
  | { readonly kind: 'refused'; readonly problem: Problem }

export interface ChannelImportOrder {
  /** AsyncAPI, as JSON or YAML. */
  readonly text: string
  readonly dryRun: boolean
}

export type ChannelsImported =
  | {
      readonly kind: 'imported'
      readonly title: string
      readonly report: {
        readonly channels: readonly { readonly name: string }[]
        readonly notes: readonly string[]
      }
      /** By name; null where nothing was stored. */
      readonly versions: ReadonlyMap<string, number> | null
      readonly changes: { readonly added: readonly string[] }
    }
  | { readonly kind: 'refused'; readonly problem: Problem }
