import type { OpenApiDocument } from '../../contracts/openapi/read/open-api-document.ts'
import { readOpenApi } from '../../contracts/openapi/read/read-open-api.ts'
import { diffServices } from '../../contracts/openapi/diff/diff-services.ts'
import type { ImportedService } from '../../contracts/openapi/service/import-service.ts'
import { importService } from '../../contracts/openapi/service/import-service.ts'
import { serverLack } from '../../contracts/openapi/service/servers.ts'
import { readinessReport } from '../../contracts/openapi/service/readiness-report.ts'
import { checkService } from '../../config/check-service.ts'
import type { ChangeTerms, Imported, ImportOrder } from '../../ports/registry.ts'
import { slugOf, urlOf } from '../import-document.ts'
import type { MountOptions } from '../mounted-services.ts'
import { createBreather } from '../breather.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { invalid } from './read-body.ts'
import { definedInConfig, notFound, refused, unread } from './refusals.ts'
import { hideSecrets } from './secrets.ts'
import { commitService } from './service-desk.ts'

/** Takes an OpenAPI document as it is; a service of that name keeps its other options. */
export async function importOrdered(
  desk: Desk,
  deps: DeskDeps,
  order: ImportOrder,
  terms: ChangeTerms,
): Promise<Imported> {
  const json = await desk.documents.read(order.text)
  if (json.kind !== 'text') return refused(unread(json, ''))
  const outcome = readOpenApi({ text: json.text, name: 'the document' })
  if (outcome.kind === 'refused') {
    return refused(invalid([{ pointer: '', detail: outcome.detail }]))
  }
  const { title } = outcome.document
  const name = order.name ?? (slugOf(title) || 'service')
  // Also where it is only looked at: what it says must be what an import would do.
  if (Object.hasOwn(deps.config.services, name))
    return refused(definedInConfig(deps.config, 'service', name))
  const wrong = checkService(name, {
    kind: 'service',
    options: { openapi: {}, ...(order.url === null ? {} : { url: order.url }) },
  }).map(({ detail }) => ({ pointer: '', detail }))
  if (wrong.length > 0) return refused(invalid(wrong))
  await desk.refresh()
  const present = desk.live.state.services.get(name)
  if (present?.options === null) {
    const detail = 'what is stored of it cannot be read; put the service as a whole'
    return refused(invalid([{ pointer: '', detail }]))
  }
  return order.dryRun
    ? lookAt(desk, name, outcome.document, order)
    : store(desk, deps, { ...order, text: json.text, name, title }, terms)
}

async function lookAt(
  desk: Desk,
  name: string,
  document: OpenApiDocument,
  { url: given }: ImportOrder,
): Promise<Imported> {
  const options = optionsOf(desk, name, given)
  const selected = {
    service: name,
    ...(options.include === undefined ? {} : { include: options.include }),
    ...(options.exclude === undefined ? {} : { exclude: options.exclude }),
  }
  const service = await importService(document, selected, createBreather())
  const before = presentOf(desk, name)
  const changes = before === null ? null : await diffServices(before, service, createBreather())
  const url = options.url ?? urlOf(service, null)
  const report = readinessReport(service)
  const lacks = url === null && !service.serversDiffer
  const notes = lacks ? [...report.notes, lackOf(service)] : report.notes
  return {
    kind: 'imported',
    name,
    title: document.title,
    url,
    version: null,
    report: { ...report, notes },
    changes,
  }
}

const lackOf = ({ servers }: ImportedService): string =>
  `the document ${serverLack(servers)}, so that the import needs to be told where the API is (url)`

async function store(
  desk: Desk,
  deps: DeskDeps,
  { name, title, text, url }: ImportOrder & { readonly name: string; readonly title: string },
  terms: ChangeTerms,
): Promise<Imported> {
  const changed = await desk.inTurn(() => {
    const options = optionsOf(desk, name, url)
    return commitService(desk, deps, name, { options, source: null, text }, terms)
  })
  if (changed.kind === 'refused') return changed
  const { version, changes } = changed
  const stored = desk.live.state.services.get(name)?.use
  if (stored?.kind !== 'ready') return refused(notFound('service', name))
  const { mounted } = stored
  const report = { ...readinessReport(mounted.imported), notes: mounted.notes }
  return { kind: 'imported', name, title, url: mounted.url, version, report, changes }
}

/** Those that the service has already, besides its document. */
function optionsOf(desk: Desk, name: string, url: string | null): MountOptions {
  const options: MountOptions = desk.live.state.services.get(name)?.options ?? {}
  const { credentials, ...others } = options
  return {
    ...others,
    // As if it had been read and sent back: it is kept only where the service stays where it is.
    ...(credentials === undefined ? {} : { credentials: hideSecrets(credentials) }),
    ...(url === null ? {} : { url }),
  }
}

function presentOf(desk: Desk, name: string): ImportedService | null {
  const stored = desk.live.state.services.get(name)
  return stored?.use.kind === 'ready' ? stored.use.mounted.imported : null
}
