import { isIP } from 'node:net'
import { basename } from 'node:path'
import { readOpenApi } from '../contracts/openapi/read/read-open-api.ts'
import { importService, type ImportedService } from '../contracts/openapi/service/import-service.ts'
import {
  readinessReport,
  type ReadinessReport,
} from '../contracts/openapi/service/readiness-report.ts'
import { absoluteServer } from '../contracts/openapi/service/servers.ts'
import { createOutbound } from '../outbound/outbound.ts'
import type { ImportedChannels } from '../contracts/asyncapi/import/import-channels.ts'
import { importAsyncApi } from './import-async-api.ts'
import { createBreather } from './breather.ts'
import { readDocument } from './read-document.ts'
import { systemClock } from './system-clock.ts'

export interface ImportRequest {
  /** A path, relative to the folder, or an http or https URL. */
  readonly source: string
  readonly folder: string
  /** What the service is to be called; made from the document where it is null. */
  readonly name: string | null
  /** Private addresses that may be called. */
  readonly allow: readonly string[]
}

export type ImportOutcome =
  /** A sentence that says what is wrong and what to do. */
  | { readonly kind: 'refused'; readonly detail: string }
  | ({ readonly kind: 'read' } & ImportedDocument)
  /** It was AsyncAPI. */
  | ({ readonly kind: 'channels' } & ChannelDocument)

export interface ImportedDocument {
  readonly name: string
  readonly title: string
  /** As it was found. */
  readonly text: string
  readonly format: 'json' | 'yaml'
  /** Where the API is; null where the document does not say. */
  readonly url: string | null
  readonly report: ReadinessReport
}

export interface ChannelDocument extends ImportedChannels {
  /** What the file of its channels is to be called. */
  readonly name: string
  /** As it was found. */
  readonly text: string
  readonly format: 'json' | 'yaml'
}

/** Looks at an OpenAPI document as `service()` would, or at an AsyncAPI one; changes nothing. */
export async function importDocument(request: ImportRequest): Promise<ImportOutcome> {
  const found = await fetchText(request)
  if (found.kind === 'refused') return found
  const { text } = found
  const format = /^\s*[{[]/.test(text) ? 'json' : 'yaml'
  const channels = await importAsyncApi(text, request.source)
  if (channels?.kind === 'refused') return channels
  if (channels !== null) {
    const name = request.name ?? nameFor(request.source, channels.title)
    return { ...channels, kind: 'channels', name, text, format }
  }
  const outcome = readOpenApi({ text, name: request.source })
  if (outcome.kind === 'refused') return outcome
  const { title } = outcome.document
  const name = request.name ?? nameFor(request.source, title)
  const service = await importService(outcome.document, { service: name }, createBreather())
  const url = urlOf(service, request.source)
  return { kind: 'read', name, title, text, format, url, report: readinessReport(service) }
}

type Found =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'refused'; readonly detail: string }

async function fetchText({ source, folder, allow }: ImportRequest): Promise<Found> {
  const allowed = [...allow, ...namedHost(source)]
  await using outbound = createOutbound({ clock: systemClock, allow: allowed })
  try {
    const found = await readDocument(source, { folder, outbound })
    return { kind: 'found', text: String(found['text']) }
  } catch (error) {
    return { kind: 'refused', detail: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Who types a private address at this machine means it, and could read it with any other program;
 * a name that only resolves to one is refused as everywhere.
 */
function namedHost(source: string): readonly string[] {
  const url = /^https?:/i.test(source) && URL.canParse(source) ? new URL(source) : null
  const host = url?.hostname.replaceAll(/[[\]]/g, '') ?? ''
  return url !== null && (isIP(host) !== 0 || host === 'localhost') ? [url.host] : []
}

const generic = new Set([
  'openapi',
  'swagger',
  'asyncapi',
  'api',
  'api-docs',
  'index',
  'spec',
  'v1',
  'v2',
  'v3',
])

/** From the file where that says something, else from the document's title. */
function nameFor(source: string, title: string): string {
  const [path = ''] = source.split(/[?#]/)
  const file = slugOf(
    basename(path).replaceAll(/\.(?:json|ya?ml|openapi|swagger|asyncapi)\b/gi, ''),
  )
  return file === '' || generic.has(file) ? slugOf(title) || 'service' : file
}

/** As a service can be called; an accent is lost rather than its letter. */
export const slugOf = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '')

/**
 * Where the API is, as far as its document says.
 *
 * @param source where the document was read, which addresses in it are relative to; null for
 *   nowhere
 */
export function urlOf(
  { servers, serversDiffer }: Pick<ImportedService, 'servers' | 'serversDiffer'>,
  source: string | null,
): string | null {
  const absolute = absoluteServer(servers)
  if (absolute !== undefined) return absolute
  if (serversDiffer || source === null || !/^https?:/i.test(source)) return null
  const [first = '/'] = servers
  return URL.canParse(first, source) && !first.includes('{')
    ? new URL(first, source).href.replace(/\/$/, '')
    : new URL(source).origin
}
