/** Bytes that are the result as they are, with their media type. */
export interface Raw {
  readonly body: Uint8Array
  readonly mediaType: string
}

// Registered, so that a Raw from another copy of the package is known too.
const brand = Symbol.for('buzzer.raw')
const mediaTypePattern = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:;[\t\x20-\x7e]{0,255})?$/

/**
 * Makes a result that is not JSON.
 *
 * @param body bytes, or text that is sent as UTF-8
 * @param mediaType such as `application/pdf` or `text/csv; charset=utf-8`
 * @throws TypeError where the media type is none
 */
export function raw(body: Uint8Array | ArrayBuffer | string, mediaType: string): Raw {
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

const encoder = new TextEncoder()

const bytesOf = (body: Uint8Array | ArrayBuffer): Uint8Array =>
  body instanceof ArrayBuffer ? new Uint8Array(body) : body
