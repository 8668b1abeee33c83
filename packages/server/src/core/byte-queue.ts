/** Turns bytes that are pushed into bytes that are pulled. */
export interface ByteQueue {
  push(chunk: Uint8Array): void
  end(): void
  /** The reader gets what was pushed before no more, and this error instead. */
  fail(error: unknown): void
  /** To be read once. */
  readonly source: AsyncIterable<Uint8Array>
}

export interface ByteFlow {
  /** More than this many bytes are not to be held, save what is under way already. */
  readonly mostBytes: number
  /** Nothing more is to be pushed for now. */
  pause(): void
  resume(): void
}

export function createByteQueue({ mostBytes, pause, resume }: ByteFlow): ByteQueue {
  const chunks: Uint8Array[] = []
  let bytes = 0
  let paused = false
  let ended = false
  let failure: { readonly error: unknown } | null = null
  let wake = (): void => {}

  const take = (): Uint8Array | undefined => {
    const chunk = chunks.shift()
    bytes -= chunk?.byteLength ?? 0
    if (paused && bytes <= mostBytes / 2) {
      paused = false
      resume()
    }
    return chunk
  }

  async function* read(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      if (failure !== null) throw failure.error
      const chunk = take()
      if (chunk !== undefined) yield chunk
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  return {
    source: read(),
    push(chunk) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (!paused && bytes > mostBytes) {
        paused = true
        pause()
      }
      wake()
    },
    end() {
      ended = true
      wake()
    },
    fail(error) {
      failure = { error }
      chunks.length = 0
      wake()
    },
  }
}
