import { inlineAtMost, type Body, type BlobRef } from './payload.ts'

/** More came than may. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`There are more than ${maxBytes} bytes.`)
    this.maxBytes = maxBytes
  }
}

export interface SpoolTerms {
  /** The most that is taken, in bytes. */
  readonly maxBytes: number
  /** How many bytes are kept in memory before the rest makes it a blob; 64 KiB by default. */
  readonly inlineBytes?: number
  /** Makes a blob of all that it is given; called only where there is much. */
  write(source: AsyncIterable<Uint8Array>): Promise<BlobRef>
}

/**
 * Takes bytes as they come: few are given back as they are, many are written away while they
 * come, so that no more than the few are ever held.
 *
 * @throws TooLarge; whatever the source or the write throws
 */
export async function spool(source: AsyncIterable<Uint8Array>, terms: SpoolTerms): Promise<Body> {
  const { maxBytes, inlineBytes = inlineAtMost } = terms
  const iterator = source[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let length = 0
  while (length <= Math.min(inlineBytes, maxBytes)) {
    const next = await iterator.next()
    if (next.done === true) return joined(head, length)
    head.push(next.value)
    length += next.value.byteLength
  }
  const all = limited(resumed(head, iterator), maxBytes)
  if (length <= maxBytes) return terms.write(all)
  await iterator.return?.()
  throw new TooLarge(maxBytes)
}

/** Copies them into memory of their own, so that no shared buffer is kept alive with them. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

/** Reads all into memory. @throws TooLarge */
export async function gather(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of limited(source, maxBytes)) {
    chunks.push(chunk)
    length += chunk.byteLength
  }
  return joined(chunks, length)
}

async function* resumed(
  head: Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    // Let go one by one, for the source goes on for long.
    for (let first = head.shift(); first !== undefined; first = head.shift()) yield first
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

/** Gives what a source gives. @throws TooLarge past `maxBytes` */
export async function* limited(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.byteLength
    if (length > maxBytes) throw new TooLarge(maxBytes)
    yield chunk
  }
}
