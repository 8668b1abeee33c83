import {
  isBlob,
  type Body,
  type Headers,
  type Input,
  type Result,
  type UpstreamRequest,
} from '../../core/payload.ts'
import { encodeJson } from './row.ts'
import type { Pack, Unpack } from './wire.ts'

/** Payloads cross as their columns, so that the thread binds them without looking inside. */

export function writeInput(output: Pack, input: Input | null): void {
  output.value(input === null ? 0 : 1)
  if (input === null) return
  output.value(input.mediaType)
  output.value(encodeJson(input.request))
  output.body(columnOf(input.body))
}

export function readInput(input: Unpack): Input | null {
  if (input.number() === 0) return null
  const mediaType = input.textOrNull()
  const request = input.textOrNull()
  return {
    mediaType,
    body: bodyOf(input.body()),
    request: request === null ? null : (JSON.parse(request) as UpstreamRequest),
  }
}

export function writeResult(output: Pack, result: Result | null): void {
  output.value(result === null ? null : result.status)
  if (result === null) return
  output.value(result.mediaType)
  output.value(result.headers.length === 0 ? null : JSON.stringify(result.headers))
  output.body(columnOf(result.body))
}

export function readResult(input: Unpack): Result | null {
  if (input.number() === 0) return null
  const status = input.number()
  const mediaType = input.textOrNull()
  const headers = input.textOrNull()
  return {
    status,
    mediaType,
    headers: headers === null ? [] : (JSON.parse(headers) as Headers),
    body: bodyOf(input.body()),
  }
}

/** A body that is a blob stands as text in the column that else holds the bytes. */
const columnOf = (body: Body): Uint8Array | string =>
  isBlob(body) ? `${body.id} ${body.size} ${body.sha256}` : body

function bodyOf(column: Uint8Array | string): Body {
  if (typeof column !== 'string') return column.slice()
  const [id = '', size = '', sha256 = ''] = column.split(' ')
  return { id, size: Number(size), sha256 }
}

/** The id and the size of a blob, from the text in its column. */
export function blobInColumn(column: string): readonly [id: string, size: number] {
  const [id = '', size = ''] = column.split(' ')
  return [id, Number(size)]
}
