/** Attributes of a CloudEvent by name, or a place in it by JSON Pointer (`/data/amount`). */
type Texts = Readonly<Record<string, string>>

/** Bounds of a number; all that are named have to hold. */
export interface NumericRange {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

/**
 * What has to hold of an event: the dialects `exact`, `prefix`, `suffix`, `all`, `any` and `not` of
 * CloudEvents Subscriptions 1.0, and `range` for numbers. One dialect each; `all` joins them.
 */
export type JsonFilter =
  | { readonly exact: Readonly<Record<string, string | number | boolean>> }
  | { readonly prefix: Texts }
  | { readonly suffix: Texts }
  | { readonly range: Readonly<Record<string, NumericRange>> }
  | { readonly all: readonly JsonFilter[] }
  | { readonly any: readonly JsonFilter[] }
  | { readonly not: JsonFilter }
