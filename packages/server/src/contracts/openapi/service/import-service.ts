import type { RequestChecks, RouteDocument } from '../../../ports/catalog.ts'
import type { Mode } from '../../../core/operation.ts'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { createSchemaScope, type CheckedSchema } from '../../schema/scope.ts'
import { createParts, type OpenApiDocument } from '../read/open-api-document.ts'
import { createRouteDescriber } from './describe-route.ts'
import { readOperation, type Reading, type ReadOperation, type Site } from './import-operation.ts'
import { createLostAnswers } from './lost-answers.ts'
import { createNames } from './operation-name.ts'
import { createPathMatcher, type PathMatcher } from './path-matcher.ts'
import type { KeyProposal } from './proposal.ts'
import { sitesOf } from './sites.ts'
import { serversOf } from './servers.ts'
import { createSelection, unusedSelectors, type Selections } from './selection.ts'

/** An operation of a wrapped API, ready to be joined with an upstream and policies. */
export interface ImportedOperation extends RequestChecks {
  /** `{service}.{operationId}`, made fit for paths and channels and told from all others. */
  readonly name: string
  /** As the document has it; policies of single operations are given by it. */
  readonly operationId: string | null
  /** In upper case. */
  readonly method: string
  /** The path template, below the service's mount. */
  readonly path: string
  readonly summary: string | null
  readonly tags: readonly string[]
  /** Proposals; what the configuration says comes first. */
  readonly mode: Mode
  readonly idempotency: KeyProposal
  /** Why these are proposed, and what of the document was not understood. */
  readonly notes: readonly string[]
  /** Media types of the request body. */
  readonly mediaTypes: readonly string[]
  /** Lower-case names of the headers that the document declares. */
  readonly headers: ReadonlySet<string>
  document(): RouteDocument
}

export interface ImportedService {
  readonly name: string
  readonly title: string
  /** Addresses that the document gives for the API as a whole. */
  readonly servers: readonly string[]
  /** Its operations are at different addresses, so that none of them can be taken for all. */
  readonly serversDiffer: boolean
  readonly operations: readonly ImportedOperation[]
  readonly notes: readonly string[]
  /** Finds operations by method and by path below the mount. */
  readonly routes: PathMatcher<ImportedOperation>
}

export interface ImportOptions extends Selections {
  /** The service's name. */
  readonly service: string
}

const mostNotes = 40

/**
 * Makes operations of a document. Schemas are looked through here and compiled at the first call
 * that they check, so that a thousand operations do not hold up the start.
 *
 * @param pause waited for after each operation and schema, as there may be thousands of them
 */
export async function importService(
  document: OpenApiDocument,
  options: ImportOptions,
  pause: () => Promise<void>,
): Promise<ImportedService> {
  const notes = [...document.notes]
  const parts = createParts(document)
  const scope = createSchemaScope({
    root: document.root,
    dialect: document.dialect,
    forRequests: true,
  })
  const reading: Reading = { document, parts, scope }
  const describer = createRouteDescriber(options.service, reading)
  const isSelected = createSelection(options)
  const names = createNames()
  const shadowOf = createShadows()
  const all = sitesOf(document, parts, notes).map((site) => ({
    ...site,
    tags: tagsOf(site.operation),
  }))
  notes.push(...capped(unusedSelectors(options, all)))
  const sites = all.filter(isSelected)
  const servers = serversOf(document.root, sites)
  // All are read before the first is looked at closely: only then is all known that they refer to.
  const read: (readonly [Site, ReadOperation])[] = []
  const lost = createLostAnswers(document.root, scope.references)
  for (const site of sites) {
    read.push([site, readOperation(site, reading)])
    lost.look(site.operation['responses'])
    await pause()
  }
  await scope.settle(pause)
  const operationOf = ([site, operation]: readonly [Site, ReadOperation]): ImportedOperation => {
    const local = names.take(site.operationId, site.method, site.path)
    return {
      name: `${options.service}.${local}`,
      operationId: site.operationId,
      method: site.method,
      path: site.path,
      summary: typeof site.operation['summary'] === 'string' ? site.operation['summary'] : null,
      tags: tagsOf(site.operation),
      mode: operation.mode,
      idempotency: operation.idempotency,
      notes: capped([
        ...renamed(site, local),
        ...shadowOf(site),
        ...operation.notes,
        ...servers.notesOn(site),
        ...lossesOf(operation.schemas),
      ]),
      mediaTypes: operation.mediaTypes,
      headers: operation.headers,
      check: operation.check,
      checkParts: operation.checkParts,
      readsWhole: operation.readsWhole,
      document: once(() => describer.describe(site, operation)),
    }
  }
  const operations: ImportedOperation[] = []
  for (const each of read) {
    operations.push(operationOf(each))
    await pause()
  }
  return {
    name: options.service,
    title: document.title,
    servers: servers.urls,
    serversDiffer: servers.differ,
    operations,
    notes: [...notes, ...servers.notes, ...lost.notes()],
    routes: createPathMatcher(operations),
  }
}

/** Tells of operations that are never called, since an earlier one has the same path to matching. */
function createShadows(): (site: Site) => readonly string[] {
  const first = new Map<string, string>()
  return ({ method, path }) => {
    const outline = `${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`
    const known = first.get(outline)
    if (known === undefined) first.set(outline, path)
    return known === undefined
      ? []
      : [`it is never called: ${method} ${known} matches the same paths`]
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => (made ??= { value: make() }).value
}

const tagsOf = ({ tags }: JsonObject): readonly string[] =>
  Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []

const renamed = ({ operationId }: Site, local: string): readonly string[] =>
  operationId === null || operationId === local
    ? []
    : [`the operationId ${JSON.stringify(operationId)} is written as "${local}"`]

const lossesOf = (schemas: readonly CheckedSchema[]): readonly string[] => [
  ...new Set(schemas.flatMap(({ losses }) => [...losses.keys()])),
]

function capped(notes: readonly string[]): readonly string[] {
  const more = notes.length - mostNotes
  return more > 0 ? [...notes.slice(0, mostNotes), `and ${more} more`] : notes
}
