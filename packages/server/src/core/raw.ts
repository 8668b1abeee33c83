/** Bytes that are the result as they are, with their media type. */
export interface Raw {
  readonly body: Uint8Array | ByteStream
  readonly mediaType: string
}

/** Bytes or text, piece by piece: a `ReadableStream`, a Node stream, an async generator. */
export type ByteStream = AsyncIterable<unknown>

// Registered, so that a Raw from another copy of the package is known too.
const brand = Symbol.for('buzzer.raw')
const mediaTypePattern = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:;[\t\x20-\x7e]{0,255})?$/

/**
 * Makes a result that is not JSON.
 *
 * @param body bytes, text that is sent as UTF-8, or a stream of either, which is kept as it comes
 * and never whole in memory
 * @param mediaType such as `application/pdf` or `text/csv; charset=utf-8`
 * @throws TypeError where the media type is none
 */
export function raw(
  body: Uint8Array | ArrayBuffer | string | AsyncIterable<Uint8Array | string>,
  mediaType: string,
): Raw {
  if (!mediaTypePattern.test(mediaType)) {
    throw new TypeError(
      `raw: ${JSON.stringify(mediaType)} is not a media type; write one such as 'application/pdf'`,
    )
  }
  const made = { body: typeof body === 'string' ? encoder.encode(body) : bytesOf(body), mediaType }
  return Object.defineProperty(made, brand, { value: true })
}

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && brand in value

export const isByteStream = (value: unknown): value is ByteStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const encoder = new TextEncoder()

const bytesOf = (body: Uint8Array | ArrayBuffer | ByteStream): Uint8Array | ByteStream =>
  body instanceof ArrayBuffer ? new Uint8Array(body) : body
