import type { Dialect } from './dialect.ts'
import type { JsonObject } from './json-pointer.ts'
import type { Found, References } from './references.ts'

export type Schema = Readonly<Record<string, unknown>> | boolean

/** Patterns are lost to keep checks fast; all else is a mistake in the schema, or beyond bounds. */
export type Loss = 'pattern' | 'mistake'

/** What one translation needs and what it reports. */
export interface Translation {
  readonly dialect: Dialect
  readonly references: References
  /** Whether values are sent by callers, who need not send what is `readOnly`. */
  readonly forRequests: boolean
  /** Whether titles and descriptions are kept. */
  readonly annotated: boolean
  /** The most schemas in all; what is beyond is left out, and whoever counts has to say so. */
  readonly maxSize: number
  /** The most schemas that may stand in one another without a reference in between. */
  readonly maxDepth: number
  /** The most alternatives in a list, and the most members with schemas of their own. */
  readonly maxList: number
  readonly maxMembers: number
  problemWithPattern(source: string): string | null
  /** Writes a reference; `here` where it is for the value that the translation began with. */
  refer(found: Found, here: boolean): JsonObject
  /** Whether what a reference leads to could be translated without loss. */
  isWhole(found: Found): boolean
  /** Told of everything that was left out, and why. */
  note(path: string, why: Loss, text: string): void
  /** Told of schemas that depend on what others have evaluated. */
  track(): void
  /** Told of the size of each schema, without what is in it. */
  count(size: number): void
  /** What was counted so far. */
  size(): number
  /** Given each schema that is applied to any number of members or items, and its size. */
  repeated(schema: Schema, size: number): Schema
}

/** Where a schema stands, and what the schemas around it mean for it. */
export interface Place {
  readonly base: JsonObject
  readonly path: string
  readonly depth: number
  /** It is for the same value as the schema that all began with. */
  readonly here: boolean
  /** References are written out here, so that what they evaluate is seen by an outer schema. */
  readonly spelledOut: readonly object[] | null
  /** Names of members that the caller need not send, found in a schema around this one. */
  readonly optional: ReadonlySet<string>
}

/** What became of a keyword; `as` where it is written under another. */
export interface Outcome {
  /** Undefined where nothing is left of it. */
  readonly value: unknown
  /** Whether it says all that the original did. */
  readonly whole: boolean
  readonly as?: string
}

export const kept = (value: unknown): Outcome => ({ value, whole: true })

export const lost: Outcome = { value: undefined, whole: false }

/** A value as messages show it. */
export const brief = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 100)
