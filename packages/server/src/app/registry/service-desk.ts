import { canonical } from '../../contracts/schema/canonical.ts'
import {
  diffServices,
  noChanges,
  type ServiceChanges,
} from '../../contracts/openapi/diff/diff-services.ts'
import type { ServiceOptions } from '../../define/service.ts'
import type { Changed, ChangeTerms } from '../../ports/registry.ts'
import { readDocument } from '../read-document.ts'
import { createBreather } from '../breather.ts'
import { makeService } from './loader.ts'
import type { Desk, DeskDeps } from './desk.ts'
import type { ReadText } from './document-reader.ts'
import { invalid, problemOf, readServiceBody } from './read-body.ts'
import { definedInConfig, refused, unread } from './refusals.ts'
import { isHidden, restoreSecret, tokenUrlOf } from './secrets.ts'
import { hashOf, writeService, type StoredService } from './service-record.ts'
import { withEntry, type LoadedService, type State } from './state.ts'

type Ready = Extract<LoadedService['use'], { kind: 'ready' }>

/** Takes what `service()` takes, as JSON. */
export async function putService(
  desk: Desk,
  deps: DeskDeps,
  name: string,
  body: unknown,
  terms: ChangeTerms,
): Promise<Changed> {
  if (Object.hasOwn(deps.config.services, name)) {
    return refused(definedInConfig(deps.config, 'service', name))
  }
  const read = readServiceBody(name, body)
  if (read.kind === 'refused') return read
  const { openapi, ...options } = read.options
  const text = await textOf(openapi, desk, deps)
  if (text.kind !== 'text') return refused(unread(text, '/openapi'))
  const source = typeof openapi === 'string' ? openapi : null
  return desk.inTurn(() =>
    commitService(desk, deps, name, { options, source, text: text.text }, terms),
  )
}

/** Fetched now and kept, so that the service stands however its document's place fares. */
async function textOf(
  openapi: ServiceOptions['openapi'],
  { documents }: Desk,
  { outbound }: DeskDeps,
): Promise<ReadText> {
  if (typeof openapi !== 'string') return { kind: 'text', text: JSON.stringify(openapi) }
  try {
    const found = await readDocument(openapi, { folder: '', outbound })
    return await documents.read(String(found['text']))
  } catch (error) {
    return { kind: 'unfit', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** Stores a service and lets it run; to be called in turn. */
export async function commitService(
  desk: Desk,
  deps: DeskDeps,
  name: string,
  wanted: StoredService,
  terms: ChangeTerms,
): Promise<Changed | 'again'> {
  const key = { kind: 'service', name } as const
  const unmet = desk.unmet(key, terms)
  if (unmet !== null) return refused(unmet)
  const { state } = desk.live
  const present = state.services.get(name)
  if (present !== undefined && isSame(present, restored(wanted, present))) {
    return { kind: 'changed', version: present.version, created: false, changes: noChanges }
  }
  const at = deps.clock.now()
  const made = await make(name, wanted, present, { at, by: terms.by }, deps)
  if (made.kind === 'refused') return made
  const { service, stored } = made
  const withIt = (version: number): State => ({
    ...state,
    services: withEntry(state.services, name, { ...service, version }),
  })
  const problem = problemIn(desk, withIt(0), name)
  if (problem !== null) {
    service.use.runner.retire()
    return refused(invalid([problem]))
  }
  const record = await writeService(name, stored, deps.sealer)
  const outcome = await desk.commit(
    [{ ...key, expected: present?.version ?? 0, ...record, by: terms.by }],
    at,
    ([version = 0]) => withIt(version),
  )
  if (outcome === 'again') {
    service.use.runner.retire()
    return 'again'
  }
  const changes = present === undefined ? null : await changesBetween(present, service)
  const created = present === undefined
  return { kind: 'changed', version: desk.versionOf(key), created, changes }
}

/** Nothing is to be done, and the attempts under way keep their breaker and their budget. */
const isSame = ({ use, hash, source, options }: LoadedService, wanted: StoredService | null) =>
  use.kind === 'ready' &&
  wanted !== null &&
  hash === hashOf(wanted.text) &&
  source === wanted.source &&
  canonical(options) === canonical(wanted.options)

async function make(
  name: string,
  wanted: StoredService,
  present: LoadedService | undefined,
  stamp: { readonly at: number; readonly by: string | null },
  deps: DeskDeps,
) {
  const stored = restored(wanted, present)
  if (stored === null) return refused(invalid([secretWanted]))
  try {
    const service = await makeService(name, stored, { version: 0, ...stamp }, deps)
    if (!isHiddenIn(wanted) || goesThere(service, present)) {
      return { kind: 'made' as const, service, stored }
    }
    service.use.runner.retire()
    return refused(invalid([secretWanted]))
  } catch (error) {
    return refused(problemOf(error, `services.${name}`, { ...stored.options, openapi: '' }))
  }
}

const secretWanted = {
  pointer: '/credentials',
  detail:
    'a secret that is sent back as ***, or kept by an import, stays only where the service (and ' +
    'its tokenUrl) stays at its address; put the service with its secret again',
}

const isHiddenIn = ({ options: { credentials } }: StoredService): boolean =>
  credentials !== undefined && isHidden(credentials)

function restored(wanted: StoredService, present: LoadedService | undefined): StoredService | null {
  const { credentials } = wanted.options
  if (credentials === undefined || !isHidden(credentials)) return wanted
  const known = restoreSecret(credentials, present?.options?.credentials)
  return known === null ? null : { ...wanted, options: { ...wanted.options, credentials: known } }
}

/** A secret that the sender need not know must not go anywhere else at the sender's word. */
function goesThere(
  { options, use }: LoadedService & { readonly use: Ready },
  present: LoadedService | undefined,
): boolean {
  if (present?.use.kind !== 'ready') return false
  const before = present.options?.credentials
  const after = options?.credentials
  const tokenUrls = [before, after].map((each) => (each === undefined ? null : tokenUrlOf(each)))
  return (
    originOf(present.use.mounted.url) === originOf(use.mounted.url) && tokenUrls[0] === tokenUrls[1]
  )
}

const originOf = (url: string): string => new URL(url).origin

/** What keeps the service from being used beside the others. */
function problemIn(desk: Desk, state: State, name: string) {
  const entry = desk.live
    .preview(state)
    .services.find((each) => each.name === name && each.origin === 'store')
  const problem = entry?.problem ?? null
  return problem === null ? null : { pointer: '/mount', detail: problem }
}

/** What changed for callers. */
async function changesBetween(
  present: LoadedService,
  next: LoadedService,
): Promise<ServiceChanges | null> {
  if (present.use.kind !== 'ready' || next.use.kind !== 'ready') return null
  if (present.hash === next.hash && selectionOf(present) === selectionOf(next)) return noChanges
  const [before, after] = [present.use.mounted.imported, next.use.mounted.imported]
  return diffServices(before, after, createBreather())
}

const selectionOf = ({ options }: LoadedService): string =>
  canonical([options?.include, options?.exclude])
