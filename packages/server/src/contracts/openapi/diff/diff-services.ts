import type { JsonSchema, RouteDocument } from '../../../ports/catalog.ts'
import type { ImportedOperation, ImportedService } from '../service/import-service.ts'
import type { Change, Side } from './change.ts'
import { compareOperations } from './compare-operations.ts'
import type { Comparison } from './compare-schemas.ts'
import { sameSchemas } from './same-schemas.ts'
import { createSchemaGraph, type Lead } from './schema-graph.ts'
import { createViews, nameOf } from './schema-view.ts'

/** What a second import of a service changes for its callers. */
export interface ServiceChanges {
  readonly breaking: boolean
  readonly added: readonly OperationRef[]
  /** Each of them breaks its callers. */
  readonly removed: readonly OperationRef[]
  readonly changed: readonly ChangedOperation[]
}

interface OperationRef {
  readonly name: string
  readonly method: string
  readonly path: string
}

export interface ChangedOperation extends OperationRef {
  readonly breaking: boolean
  readonly changes: readonly Change[]
}

export const noChanges: ServiceChanges = { breaking: false, added: [], removed: [], changed: [] }

/** Told of each operation; what breaks comes first. */
const mostChanges = 100
/** Comparisons of schemas, in all. */
const comparisonsAtMost = 5_000_000

/**
 * Compares what callers saw before with what they see after; descriptions do not count.
 *
 * @param breathe waited for after each operation, as there may be thousands of them
 */
export async function diffServices(
  before: ImportedService,
  after: ImportedService,
  breathe: () => Promise<void>,
): Promise<ServiceChanges> {
  const pairs = pairUp(called(before), called(after))
  const comparer = createComparer(before, after)
  const open: OpenComparison[] = []
  for (const [was, is] of pairs.both) {
    open.push(comparer.begin(was, is))
    await breathe()
  }
  const changed: ChangedOperation[] = []
  for (const { operation, finish } of open) {
    const changes = finish()
    const breaking = changes.some((change) => change.breaking)
    if (changes.length > 0) changed.push({ ...refOf(operation), breaking, changes })
    await breathe()
  }
  return {
    breaking: pairs.removed.length > 0 || changed.some((each) => each.breaking),
    added: pairs.added.map(refOf),
    removed: pairs.removed.map(refOf),
    changed,
  }
}

const refOf = ({ name, method, path }: ImportedOperation): OperationRef => ({ name, method, path })

/** Without those that are never called, as an earlier one has the same path to matching. */
const called = ({ operations }: ImportedService): readonly ImportedOperation[] => {
  const first = new Map(operations.toReversed().map((one) => [outlineOf(one), one]))
  return operations.filter((one) => first.get(outlineOf(one)) === one)
}

interface Pairs {
  readonly both: readonly (readonly [ImportedOperation, ImportedOperation])[]
  readonly added: readonly ImportedOperation[]
  readonly removed: readonly ImportedOperation[]
}

/** By how they are called; what is left over, by its operationId. */
function pairUp(before: readonly ImportedOperation[], after: readonly ImportedOperation[]): Pairs {
  const left = new Map(before.map((operation) => [outlineOf(operation), operation]))
  const both: (readonly [ImportedOperation, ImportedOperation])[] = []
  const unmatched = after.filter((operation) => {
    const partner = left.get(outlineOf(operation))
    if (partner === undefined) return true
    left.delete(outlineOf(operation))
    both.push([partner, operation])
    return false
  })
  const added = unmatched.filter((operation) => {
    const partner = [...left.values()].find(
      ({ operationId }) => operationId !== null && operationId === operation.operationId,
    )
    if (partner === undefined) return true
    left.delete(outlineOf(partner))
    both.push([partner, operation])
    return false
  })
  return { both, added, removed: [...left.values()] }
}

/** Parameters of the path may be called anything. */
const outlineOf = ({ method, path }: ImportedOperation): string =>
  `${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`

/** An operation whose own changes are known, while those of schemas behind it are not yet. */
interface OpenComparison {
  readonly operation: ImportedOperation
  finish(): readonly Change[]
}

function createComparer(before: ImportedService, after: ImportedService) {
  const schemas = { before: schemasOf(before), after: schemasOf(after) }
  const isSame = sameSchemas(schemas.before, schemas.after)
  const comparison: Comparison = {
    before: createViews(schemas.before),
    after: createViews(schemas.after),
    isUnchanged: (one, other) => nameOf(one) === nameOf(other) && isSame(nameOf(one) ?? ''),
    findings: new Map(),
    budget: { left: comparisonsAtMost },
    trials: 0,
  }
  const graphs = {
    request: createSchemaGraph('request', comparison),
    response: createSchemaGraph('response', comparison),
  }

  return {
    begin(was: ImportedOperation, is: ImportedOperation): OpenComparison {
      const changes: Change[] = [...compareCalls(was, is)]
      const leads: Record<Side, Lead[]> = { request: [], response: [] }
      compareOperations(
        renamed(was, is),
        is.document().operation,
        (one, other, place) =>
          graphs[place.side].enter(one, other, place, (lead) => leads[place.side].push(lead)),
        (change) => void changes.push(change),
      )
      return {
        operation: is,
        finish() {
          const behind = [
            ...graphs.request.behind(leads.request),
            ...graphs.response.behind(leads.response),
          ]
          const more = comparison.budget.left < 0 ? [tooLarge] : []
          return inOrder([...changes, ...behind, ...more])
        },
      }
    },
  }
}

const tooLarge: Change = {
  breaking: true,
  pointer: '',
  detail: 'the schemas of the document are too large to be compared to the end; look yourself',
}

/** Parameters of a path are told apart by where they stand in it, not by their names. */
function renamed(was: ImportedOperation, is: ImportedOperation): RouteDocument['operation'] {
  const { operation } = was.document()
  const [old, now] = [namesIn(was), namesIn(is)]
  const { parameters } = operation
  if (!Array.isArray(parameters) || old.join(' ') === now.join(' ')) return operation
  const names = new Map(old.map((name, index) => [name, now[index] ?? name]))
  const written = (parameters as readonly Readonly<Record<string, unknown>>[]).map((parameter) =>
    parameter['in'] === 'path'
      ? { ...parameter, name: names.get(String(parameter['name'])) ?? parameter['name'] }
      : parameter,
  )
  return { ...operation, parameters: written }
}

const namesIn = ({ path }: ImportedOperation): readonly string[] =>
  [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)

function compareCalls(was: ImportedOperation, is: ImportedOperation): readonly Change[] {
  const isMoved = outlineOf(was) !== outlineOf(is)
  const call = `it is called by ${is.method} ${is.path} now, by ${was.method} ${was.path} before`
  const name =
    `it is named ${is.name} now, ${was.name} before: waiting jobs and listeners have the old ` +
    'name'
  return [
    ...(isMoved ? [{ breaking: true, pointer: '', detail: call }] : []),
    ...(was.name === is.name ? [] : [{ breaking: true, pointer: '/operationId', detail: name }]),
  ]
}

/** All that the operations refer to; the document of each has what all of them have. */
function schemasOf({ operations }: ImportedService): ReadonlyMap<string, JsonSchema> {
  const documents = operations.map((operation) => operation.document().schemas)
  return new Map([...new Set(documents)].flatMap((schemas) => [...schemas]))
}

function inOrder(changes: readonly Change[]): readonly Change[] {
  const first = changes.filter(({ breaking }) => breaking)
  const sorted = [...first, ...changes.filter(({ breaking }) => !breaking)]
  const more = sorted.length - mostChanges
  if (more <= 0) return sorted
  const detail = `and ${more} more changes`
  const isBreaking = first.length > mostChanges
  return [...sorted.slice(0, mostChanges), { breaking: isBreaking, pointer: '', detail }]
}
