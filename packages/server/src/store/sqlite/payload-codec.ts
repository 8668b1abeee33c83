import type { Headers, Input, Result, UpstreamRequest } from '../../core/payload.ts'
import { encodeJson } from './row.ts'
import type { Pack, Unpack } from './wire.ts'

/** Payloads cross as their columns, so that the thread binds them without looking inside. */

export function writeInput(output: Pack, input: Input | null): void {
  output.value(input === null ? 0 : 1)
  if (input === null) return
  output.value(input.mediaType)
  output.value(encodeJson(input.request))
  output.bytes(input.body)
}

export function readInput(input: Unpack): Input | null {
  if (input.number() === 0) return null
  const mediaType = input.textOrNull()
  const request = input.textOrNull()
  return {
    mediaType,
    body: input.bytes().slice(),
    request: request === null ? null : (JSON.parse(request) as UpstreamRequest),
  }
}

export function writeResult(output: Pack, result: Result | null): void {
  output.value(result === null ? null : result.status)
  if (result === null) return
  output.value(result.mediaType)
  output.value(result.headers.length === 0 ? null : JSON.stringify(result.headers))
  output.bytes(result.body)
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
    body: input.bytes().slice(),
  }
}
