import type { Clock } from '../../ports/clock.ts'
import { frameTexts } from './text-frames.ts'
import type { Wire } from './wire.ts'

/**
 * What goes out on one socket. Answers of one turn of the event loop become one write; events go
 * out as they are, one subscription after the other where the wire takes them slower than they come.
 */
export interface Outbox {
  /** Sends a message behind all that was said before. */
  say(text: string): void
  /** Sends whole messages at once; for who finds it free, or has the turn. */
  write(frames: Uint8Array): void
  /** Nothing waits, and nobody. */
  isFree(): boolean
  /** Waits for its turn, which has to be passed on. */
  turn(): Promise<void>
  passOn(): void
  /** The wire takes more. */
  drained(): void
  /** Answers that have not gone out. */
  answers(): number
  characters(): number
  fullSince(): number | null
  /** Lets go of those who wait. */
  end(): void
}

export interface OutboxParts {
  readonly wire: Pick<Wire, 'write'>
  readonly clock: Pick<Clock, 'monotonic'>
  /** Calls back when what has come in by now was taken in. */
  readonly soon: (callback: () => void) => void
  /** Answers have gone out. */
  readonly onSent: () => void
}

/** So many answers are not collected any longer. */
const answersAtOnce = 256

export const createOutbox = (parts: OutboxParts): Outbox => new SocketOutbox(parts)

/** A class, because there is one for each socket and most are quiet: closures would each take room. */
class SocketOutbox implements Outbox {
  readonly #parts: OutboxParts
  #texts: string[] = []
  #characters = 0
  #isSet = false
  #isTaken = false
  #isOver = false
  #fullSince: number | null = null
  #waiting: (() => void)[] = []

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  say(text: string): void {
    if (this.#isOver) return
    this.#texts.push(text)
    this.#characters += text.length
    if (this.#texts.length >= answersAtOnce) return this.#flush()
    if (this.#isSet) return
    this.#isSet = true
    this.#parts.soon(() => this.#flush())
  }

  write(frames: Uint8Array): void {
    if (this.#isOver) return
    const hasAnswers = this.#texts.length > 0
    if (hasAnswers) this.#sendAnswers()
    this.#send(frames)
    if (hasAnswers) this.#parts.onSent()
  }

  isFree(): boolean {
    return this.#fullSince === null && !this.#isTaken && this.#waiting.length === 0
  }

  turn(): Promise<void> {
    if (this.isFree()) {
      this.#isTaken = true
      return Promise.resolve()
    }
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  passOn(): void {
    this.#isTaken = false
    if (this.#fullSince !== null && !this.#isOver) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#isTaken = true
    next()
  }

  drained(): void {
    this.#fullSince = null
    this.#flush()
    if (!this.#isTaken) this.passOn()
  }

  answers(): number {
    return this.#texts.length
  }

  characters(): number {
    return this.#characters
  }

  fullSince(): number | null {
    return this.#fullSince
  }

  end(): void {
    // What was answered by now is told still, before a reason to close.
    if (!this.#isOver && this.#texts.length > 0 && this.#fullSince === null) this.#sendAnswers()
    this.#isOver = true
    this.#texts = []
    const left = this.#waiting
    this.#waiting = []
    for (const resume of left) resume()
  }

  #send(bytes: Uint8Array): void {
    const { wire, clock } = this.#parts
    if (!wire.write(bytes)) this.#fullSince ??= clock.monotonic()
  }

  #sendAnswers(): void {
    const bytes = frameTexts(this.#texts)
    this.#texts = []
    this.#characters = 0
    this.#send(bytes)
  }

  #flush(): void {
    this.#isSet = false
    if (this.#texts.length === 0 || this.#fullSince !== null || this.#isOver) return
    this.#sendAnswers()
    this.#parts.onSent()
  }
}
