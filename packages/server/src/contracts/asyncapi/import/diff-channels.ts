import type { JsonSchema } from '../../../ports/catalog.ts'
import { createPlace, type Change, type Side } from '../../openapi/diff/change.ts'
import type { Comparison } from '../../openapi/diff/compare-schemas.ts'
import { sameSchemas } from '../../openapi/diff/same-schemas.ts'
import { createSchemaGraph, type Lead } from '../../openapi/diff/schema-graph.ts'
import { createViews, nameOf } from '../../openapi/diff/schema-view.ts'
import { canonical } from '../../schema/canonical.ts'
import { dialectOf } from '../../schema/dialect.ts'
import { isObject } from '../../schema/json-pointer.ts'
import { createReferences } from '../../schema/references.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'

/** What a second import of a document changes for those who publish and those who read. */
export interface ChannelChanges {
  readonly breaking: boolean
  readonly added: readonly string[]
  readonly changed: readonly ChangedChannel[]
  readonly unchanged: readonly string[]
}

export interface ChangedChannel {
  readonly name: string
  readonly breaking: boolean
  readonly changes: readonly Change[]
}

/** A channel's schema before and after; null where any data is taken. */
export interface ChannelPair {
  readonly name: string
  /** Undefined where there was no such channel. */
  readonly before: JsonSchema | null | undefined
  readonly after: JsonSchema | null
}

export function diffChannels(pairs: readonly ChannelPair[]): ChannelChanges {
  const added = pairs.filter(({ before }) => before === undefined)
  const both = pairs.filter(({ before }) => before !== undefined)
  const changed = both.map(diffOne).filter(({ changes }) => changes.length > 0)
  const names = new Set(changed.map(({ name }) => name))
  return {
    breaking: changed.some(({ breaking }) => breaking),
    added: added.map(({ name }) => name),
    changed,
    unchanged: both.map(({ name }) => name).filter((name) => !names.has(name)),
  }
}

const comparisonsAtMost = 100_000
const mostChanges = 100

function diffOne({ name, before, after }: ChannelPair): ChangedChannel {
  const [was, is] = [before ?? true, after ?? true]
  if (canonical(was) === canonical(is)) return { name, breaking: false, changes: [] }
  const [one, other] = [writtenOut(was), writtenOut(is)]
  // Publishers may send less than before, readers may meet more.
  const found = [
    ...compare(one, other, 'request', '/publish'),
    ...compare(one, other, 'response', '/subscribe'),
  ]
  const changes = found.length === 0 ? [onlyWords] : found.slice(0, mostChanges)
  return { name, breaking: changes.some(({ breaking }) => breaking), changes }
}

const onlyWords: Change = {
  breaking: false,
  pointer: '',
  detail: 'its schema says the same in other words, or what it describes is described otherwise',
}

interface WrittenOut {
  readonly schema: JsonSchema
  readonly schemas: ReadonlyMap<string, JsonSchema>
}

function writtenOut(source: JsonSchema): WrittenOut {
  if (!isObject(source)) return { schema: source, schemas: new Map() }
  const writer = createSchemaWriter({
    prefix: 'data',
    root: source,
    references: createReferences(source),
    dialect: dialectOf(source),
  })
  return { schema: writer.write(source), schemas: writer.schemas }
}

function compare(
  before: WrittenOut,
  after: WrittenOut,
  side: Side,
  pointer: string,
): readonly Change[] {
  const isSame = sameSchemas(before.schemas, after.schemas)
  const comparison: Comparison = {
    before: createViews(before.schemas),
    after: createViews(after.schemas),
    isUnchanged: (one, other) => nameOf(one) === nameOf(other) && isSame(nameOf(one) ?? ''),
    findings: new Map(),
    budget: { left: comparisonsAtMost },
    trials: 0,
  }
  const graph = createSchemaGraph(side, comparison)
  const changes: Change[] = []
  const leads: Lead[] = []
  const place = createPlace(side, pointer, (change) => void changes.push(change))
  graph.enter(before.schema, after.schema, place, (lead) => leads.push(lead))
  return [...changes, ...graph.behind(leads)]
}
