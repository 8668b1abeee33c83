import { parentPort, workerData } from 'node:worker_threads'
import { parseText } from '../../contracts/openapi/read/parse-text.ts'
import type { Told } from './json-text.ts'

/** A worker thread: reads one document and tells what it is as JSON. */

const parsed = parseText(workerData as string)
const told: Told =
  parsed.kind === 'malformed'
    ? parsed
    : { kind: 'parsed', value: JSON.stringify(parsed.value) ?? 'null' }
parentPort?.postMessage(told)
