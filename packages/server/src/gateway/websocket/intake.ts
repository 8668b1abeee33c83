import type { Outbox } from './outbox.ts'
import type { Wire } from './wire.ts'

/** So many requests may be unanswered; no more are read then until some are. */
export const unansweredAtMost = 1_024
/** And so much of what they brought, in bytes: a few of the largest. */
export const bytesAtMost = 8_388_608
/** And so much of their answers, in characters. */
const charactersAtMost = 1_048_576

/** What comes in on one socket: no more is taken in than is answered. */
export interface Intake {
  take(message: Buffer): void
  /** A request is under way. @param bytes what it brought, which is held for so long */
  began(bytes: number): void
  /** Its answer was said. @param bytes as when it began */
  ended(bytes: number): void
  /** Answers have gone out. */
  sent(): void
  isReading(): boolean
  end(): void
}

export interface IntakeParts {
  readonly wire: Pick<Wire, 'pause' | 'resume'>
  readonly outbox: () => Pick<Outbox, 'answers' | 'characters'>
  readonly handle: (message: Buffer) => void
}

export const createIntake = (parts: IntakeParts): Intake => new SocketIntake(parts)

/** A class, as the outbox is. */
class SocketIntake implements Intake {
  readonly #parts: IntakeParts
  #underWay = 0
  #bytes = 0
  #isPaused = false
  #isOver = false
  /** What had been read when it stopped reading: the rest of one chunk. */
  #backlog: Buffer[] = []

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  take(message: Buffer): void {
    if (this.#isOver) return
    if (this.#isPaused) this.#backlog.push(message)
    else this.#handleOne(message)
  }

  began(bytes: number): void {
    this.#underWay += 1
    this.#bytes += bytes
  }

  ended(bytes: number): void {
    this.#underWay -= 1
    this.#bytes -= bytes
    this.sent()
  }

  /** Goes on with what was read, and then reads again. */
  sent(): void {
    if (!this.#isPaused || this.#isOver || !this.#isEnough()) return
    this.#isPaused = false
    const rest = this.#backlog
    this.#backlog = []
    for (const [index, message] of rest.entries()) {
      this.#handleOne(message)
      // It may have stopped reading by that, which the compiler does not see.
      if (this.isReading()) continue
      this.#backlog = rest.slice(index + 1)
      return
    }
    if (!this.#isOver) this.#parts.wire.resume()
  }

  isReading(): boolean {
    return !this.#isPaused
  }

  end(): void {
    this.#isOver = true
    this.#backlog = []
  }

  #handleOne(message: Buffer): void {
    this.#parts.handle(message)
    if (!this.#isTooMuch() || this.#isPaused || this.#isOver) return
    this.#isPaused = true
    this.#parts.wire.pause()
  }

  #isTooMuch(): boolean {
    return this.#reaches(1)
  }

  #isEnough(): boolean {
    return !this.#reaches(2)
  }

  /** Whether one of the bounds is reached. @param by what they are divided by */
  #reaches(by: number): boolean {
    return (
      this.#unanswered() >= unansweredAtMost / by ||
      this.#bytes >= bytesAtMost / by ||
      this.#characters() >= charactersAtMost / by
    )
  }

  #unanswered(): number {
    return this.#underWay + this.#parts.outbox().answers()
  }

  #characters(): number {
    return this.#parts.outbox().characters()
  }
}
