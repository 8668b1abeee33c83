/** How large a schema may be, and what may be spent on one check. */
export interface Bounds {
  /** Schemas in all that a document's references reach. */
  readonly maxTotal: number
  /** Schemas in one another without a reference in between. */
  readonly maxSize: number
  readonly maxDepth: number
  /** Schemas in one list, such as `anyOf`, and in one map, such as `properties`. */
  readonly maxList: number
  readonly maxMembers: number
  /** References for one and the same value that follow one another. */
  readonly maxChain: number
  /** Units of a check; see the meter. */
  readonly maxUnits: number
  /** Units that a check may take more than that, for each part of a large value. */
  readonly unitsPerPart: number
}

export const defaultBounds: Bounds = {
  maxTotal: 2_000_000,
  maxSize: 5_000,
  maxDepth: 100,
  maxList: 250,
  maxMembers: 1_000,
  maxChain: 200,
  maxUnits: 2_000_000,
  unitsPerPart: 32,
}
