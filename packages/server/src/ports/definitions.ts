import type { Millis } from '../core/time.ts'

/** What can be defined at run time. An operation's definition holds its policies only. */
export const definitionKinds = ['service', 'operation', 'channel'] as const
export type DefinitionKind = (typeof definitionKinds)[number]

/** Versions that are kept of each definition, the newest first. */
export const versionsKept = 50

/**
 * Definitions by kind and name. Every change is a new version, a removal too, and versions are
 * never given twice; what a definition means is none of the store's business.
 */
export interface Definitions {
  /** What stands now, without the documents. */
  list(): Promise<readonly DefinitionHead[]>
  /** @param version null for what stands now; null comes back where there is no such version */
  read(key: DefinitionKey, version: number | null): Promise<Definition | null>
  /** The versions that are kept, newest first. */
  history(key: DefinitionKey): Promise<readonly DefinitionVersion[]>
  /** Makes all changes or, where one finds another version than it expects, none. */
  change(changes: readonly DefinitionChange[]): Promise<DefinitionOutcome>
}

export interface DefinitionKey {
  readonly kind: DefinitionKind
  readonly name: string
}

export interface DefinitionHead extends DefinitionKey {
  readonly version: number
}

export interface DefinitionVersion {
  readonly version: number
  readonly at: Millis
  /** The client that made it; null where nobody had to say who they are. */
  readonly by: string | null
  /** It was removed with this version. */
  readonly removed: boolean
}

export interface Definition extends DefinitionVersion {
  /** JSON text; null in the version that removed it. */
  readonly document: string | null
  readonly attachment: Attachment | null
}

/** Something large that a document stands with; the same bytes are kept once. */
export interface Attachment {
  /** Stands for the bytes. */
  readonly hash: string
  readonly body: Uint8Array
}

export interface DefinitionChange extends DefinitionKey {
  /** The version that it has to have now: 0 for none that stands, null for any. */
  readonly expected: number | null
  /** JSON text; null removes it. */
  readonly document: string | null
  readonly attachment: Attachment | null
  readonly at: Millis
  readonly by: string | null
}

export type DefinitionOutcome =
  /** The new versions, in the order of the changes. */
  | { readonly kind: 'changed'; readonly versions: readonly number[] }
  /** The version that stands instead; 0 for none. */
  | { readonly kind: 'conflict'; readonly present: number }
