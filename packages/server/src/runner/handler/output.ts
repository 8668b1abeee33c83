import { inlineAtMost } from '../../core/payload.ts'
import { isByteStream, isRaw, type ByteStream } from '../../core/raw.ts'

/** What a handler gave, as the bytes that are kept. */
export interface Encoded {
  readonly mediaType: string
  readonly body: Uint8Array<ArrayBuffer>
}

/** What a handler gives piece by piece. */
export interface EncodedStream {
  readonly mediaType: string
  readonly stream: AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** It gave something that is neither JSON nor bytes. */
export class NotAnOutput extends Error {
  override readonly name = 'NotAnOutput'
}

export const jsonMediaType = 'application/json'
const bytesMediaType = 'application/octet-stream'

/**
 * Writes what a handler gave. Nothing becomes JSON's `null`, so that every result that is not
 * bytes is JSON.
 *
 * @returns a promise only where the output's own bytes have to be waited for
 * @throws NotAnOutput where it cannot be written
 */
export function encodeOutput(output: unknown): Encoded | EncodedStream | Promise<Encoded> {
  if (typeof output !== 'object' || output === null) return encodeJson(output)
  if (isRaw(output)) return encodeRaw(output.mediaType, output.body)
  if (ArrayBuffer.isView(output)) return { mediaType: bytesMediaType, body: viewed(output) }
  if (output instanceof ArrayBuffer) {
    return { mediaType: bytesMediaType, body: new Uint8Array(output) }
  }
  if (output instanceof Blob) {
    const mediaType = output.type === '' ? bytesMediaType : output.type
    return output.size > inlineAtMost
      ? encodeRaw(mediaType, output.stream())
      : output.arrayBuffer().then((bytes) => ({ mediaType, body: new Uint8Array(bytes) }))
  }
  if (isByteStream(output)) return encodeRaw(bytesMediaType, output)
  return encodeJson(output)
}

const encodeRaw = (mediaType: string, body: Uint8Array | ByteStream): Encoded | EncodedStream =>
  isByteStream(body) ? { mediaType, stream: bytesFrom(body) } : { mediaType, body: own(body) }

/** @throws NotAnOutput where a piece is neither bytes nor text */
async function* bytesFrom(stream: ByteStream): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for await (const piece of stream) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (ArrayBuffer.isView(piece)) yield viewed(piece)
    else if (piece instanceof ArrayBuffer) yield new Uint8Array(piece)
    else {
      throw new NotAnOutput(
        'The handler gave a stream of something other than bytes and text. Give pieces of JSON ' +
          'with ctx.output().',
      )
    }
  }
}

function encodeJson(output: unknown): Encoded {
  const json = jsonOf(output === undefined ? null : output)
  // Buffer encodes short texts several times as fast as TextEncoder.
  return { mediaType: jsonMediaType, body: Buffer.from(json) }
}

function jsonOf(output: unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(output)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NotAnOutput(`The handler gave what JSON cannot hold: ${reason}`, { cause })
  }
  if (json !== undefined) return json
  throw new NotAnOutput(`The handler gave a ${typeof output}, which JSON cannot hold.`)
}

const viewed = (view: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  own(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))

/** Bytes in memory that is not shared with another thread, as Wasm's may be. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
