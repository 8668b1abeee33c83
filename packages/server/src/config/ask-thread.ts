import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

export interface Question extends WorkerOptions {
  /** The script, as its TypeScript is called; where that has been compiled, what it was made into. */
  readonly script: URL
  /** It has this long to answer, in milliseconds. */
  readonly patienceMs: number
}

/** What a thread said first, or why it never will. */
export type ThreadAnswer<News> =
  | { readonly kind: 'told'; readonly news: News }
  | { readonly kind: 'late' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly fault: unknown }

/**
 * Has something done in a thread of its own whose end nobody can promise: it may take for ever, fill
 * the memory that it is given, or end its process. Nothing is left of it afterwards.
 */
export async function askThread<News>(question: Question): Promise<ThreadAnswer<News>> {
  const { script, patienceMs, ...options } = question
  const { promise, resolve } = Promise.withResolvers<ThreadAnswer<News>>()
  const worker = new Worker(asItIsNow(script), options)
  const timer = setTimeout(() => resolve({ kind: 'late' }), patienceMs)
  worker.once('message', (news: News) => resolve({ kind: 'told', news }))
  worker.once('error', (fault: unknown) => resolve({ kind: 'failed', fault }))
  worker.once('exit', () => resolve({ kind: 'ended' }))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

function asItIsNow(script: URL): URL {
  const url = new URL(script)
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url))
  return url
}
