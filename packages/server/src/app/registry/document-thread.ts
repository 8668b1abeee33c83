import { parentPort, workerData } from 'node:worker_threads'
import { parseText } from '../../contracts/openapi/read/parse-text.ts'
import type { DocumentNews } from './document-news.ts'

/** A worker thread: reads one document and tells what it is as JSON. */

const parsed = parseText(workerData as string)
const news: DocumentNews =
  parsed.kind === 'malformed'
    ? parsed
    : { kind: 'parsed', value: JSON.stringify(parsed.value) ?? 'null' }
parentPort?.postMessage(news)
