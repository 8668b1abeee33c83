import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DocumentNews } from './document-news.ts'

export type JsonText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly detail: string }

/** Honest documents of 12 MB take a fifth of this, in milliseconds. */
const patienceMs = 60_000
const maxMemoryMb = 2_048

/**
 * A document as JSON. YAML takes a second for each few megabytes, and much longer where somebody
 * means harm, so that it is read in a thread, for a bounded time; what is JSON already stays as it is.
 */
export async function jsonTextOf(text: string): Promise<JsonText> {
  if (isJson(text)) return { kind: 'text', text }
  const parsed = await parseApart(text)
  return parsed.kind === 'malformed'
    ? { kind: 'refused', detail: `the document ${parsed.detail}` }
    : { kind: 'text', text: parsed.value }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function parseApart(text: string): Promise<DocumentNews> {
  const { promise, resolve } = Promise.withResolvers<DocumentNews>()
  const worker = new Worker(script(), {
    name: 'document',
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
  })
  const refuse = (detail: string): void => resolve({ kind: 'malformed', detail })
  const timer = setTimeout(() => refuse('takes too long to read; send it as JSON'), patienceMs)
  worker.once('message', resolve)
  worker.once('error', () => refuse('takes too much memory to read; send it as JSON'))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

/** The script beside this one, which is JavaScript where this one has been made so. */
function script(): URL {
  const url = new URL('./document-thread.ts', import.meta.url)
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url))
  return url
}
