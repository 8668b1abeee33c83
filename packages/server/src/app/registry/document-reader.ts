import type { Problem } from '@buzzer/contract'
import { askThread } from '../../config/ask-thread.ts'
import type { DocumentNews } from './document-news.ts'

/** Makes JSON of the documents that are sent to this node. */
export interface DocumentReader {
  /**
   * YAML takes a second for each few megabytes, and much longer where somebody means harm, so that
   * it is read in a thread, for a bounded time; what is JSON already stays as it is.
   */
  read(text: string): Promise<ReadText>
}

export type ReadText =
  | { readonly kind: 'text'; readonly text: string }
  /** A sentence that says what is wrong with the document. */
  | { readonly kind: 'unfit'; readonly detail: string }
  | { readonly kind: 'busy'; readonly problem: Problem }

/** Honest documents of 12 MB take a fifth of this, in milliseconds. */
const patienceMs = 60_000
const maxMemoryMb = 2_048
/** So many wait for the one thread; each of them is in memory. */
const waitingAtMost = 4

export function createDocumentReader(): DocumentReader {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  /** One after the other: together they would take all processors and much memory. */
  const inTurn = (work: () => Promise<ReadText>): Promise<ReadText> => {
    waiting += 1
    const turn = last.then(work).finally(() => (waiting -= 1))
    last = turn.catch(() => {})
    return turn
  }

  return {
    async read(text) {
      if (isJson(text)) return { kind: 'text', text }
      if (waiting > waitingAtMost) return { kind: 'busy', problem: tooMany }
      return inTurn(() => readApart(text))
    },
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function readApart(text: string): Promise<ReadText> {
  const answer = await askThread<DocumentNews>({
    name: 'document',
    script: new URL('./document-thread.ts', import.meta.url),
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
    patienceMs,
  })
  if (answer.kind === 'late') return unfit('takes too long to read; send it as JSON')
  if (answer.kind !== 'told') return unfit('takes too much memory to read; send it as JSON')
  return answer.news.kind === 'malformed'
    ? unfit(answer.news.detail)
    : { kind: 'text', text: answer.news.value }
}

const unfit = (detail: string): ReadText => ({ kind: 'unfit', detail: `the document ${detail}` })

const tooMany: Problem = {
  code: 'overloaded',
  detail: 'Other documents are being read. Send it again in a moment, or as JSON, which is quick.',
}
