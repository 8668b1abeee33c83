import type { Problem } from '@buzzer/contract'

export type Parsed =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly error: Problem }

/** @param body what was stored, or null where the call had no body, which the handler gets as undefined */
export function parseInput(body: Uint8Array | null): Parsed {
  if (body === null) return { kind: 'parsed', value: undefined }
  try {
    return { kind: 'parsed', value: JSON.parse(textOf(body)) as unknown }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const detail = `The stored input is not JSON: ${reason}. Submit the job again.`
    return { kind: 'malformed', error: { code: 'malformed-body', detail } }
  }
}

// Buffer decodes short texts several times as fast as TextDecoder.
const textOf = (body: Uint8Array): string =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
