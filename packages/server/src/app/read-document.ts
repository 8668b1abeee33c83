import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesIn } from '../core/payload.ts'
import type { OpenApiSource } from '../contracts/openapi/read/read-open-api.ts'
import type { Outbound } from '../ports/outbound.ts'

/** Documents of real APIs stay below this, in bytes. */
const maxBytes = 33_554_432
const fetchTimeoutMs = 30_000

export interface DocumentPlace {
  /** What a relative path is relative to. */
  readonly folder: string
  /** URLs are fetched through it, so that the same addresses are refused as everywhere. */
  readonly outbound: Outbound
}

/**
 * Gets an OpenAPI document from where somebody said that it is.
 *
 * @param source a path, a URL, or the document itself
 * @throws Error that says what is wrong with the place
 */
export async function readDocument(
  source: string | URL | Readonly<Record<string, unknown>>,
  { folder, outbound }: DocumentPlace,
): Promise<OpenApiSource> {
  if (source instanceof URL) return readDocument(source.href, { folder, outbound })
  if (typeof source !== 'string') return source
  if (/^https?:/i.test(source)) return fetchDocument(source, outbound)
  const file = source.startsWith('file:') ? fileURLToPath(source) : resolve(folder, source)
  return { text: await readText(file), name: basename(file) }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

function reasonOf(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? fault.code : null
  if (code === 'ENOENT') return 'there is no such file'
  return code === 'EISDIR' ? 'it is a folder' : String(code ?? fault)
}

async function fetchDocument(url: string, outbound: Outbound): Promise<OpenApiSource> {
  const outcome = await outbound.call({
    method: 'GET',
    url,
    headers: [['accept', 'application/json, application/yaml;q=0.9, */*;q=0.1']],
    body: null,
    timeoutMs: fetchTimeoutMs,
    maxBytes,
    signal: new AbortController().signal,
  })
  if (outcome.kind === 'failed') throw new Error(`${url} cannot be read: ${outcome.failure.detail}`)
  const { status, body } = outcome.answer
  if (status !== 200) throw new Error(`${url} answered ${status} instead of the document`)
  return { text: Buffer.from(bytesIn(body)).toString('utf8'), name: url }
}
