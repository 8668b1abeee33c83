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

export function createOutbox({ wire, clock, soon, onSent }: OutboxParts): Outbox {
  let texts: string[] = []
  let characters = 0
  let isSet = false
  let isTaken = false
  let isOver = false
  let fullSince: number | null = null
  let waiting: (() => void)[] = []

  const send = (bytes: Uint8Array): void => {
    if (!wire.write(bytes)) fullSince ??= clock.monotonic()
  }

  const sendAnswers = (): void => {
    const bytes = frameTexts(texts)
    texts = []
    characters = 0
    send(bytes)
  }

  const flush = (): void => {
    isSet = false
    if (texts.length === 0 || fullSince !== null || isOver) return
    sendAnswers()
    onSent()
  }

  const passOn = (): void => {
    isTaken = false
    if (fullSince !== null && !isOver) return
    const next = waiting.shift()
    if (next === undefined) return
    isTaken = true
    next()
  }

  return {
    say(text) {
      if (isOver) return
      texts.push(text)
      characters += text.length
      if (texts.length >= answersAtOnce) return flush()
      if (isSet) return
      isSet = true
      soon(flush)
    },
    write(frames) {
      if (isOver) return
      const hasAnswers = texts.length > 0
      if (hasAnswers) sendAnswers()
      send(frames)
      if (hasAnswers) onSent()
    },
    isFree: () => fullSince === null && !isTaken && waiting.length === 0,
    turn() {
      if (fullSince === null && !isTaken && waiting.length === 0) {
        isTaken = true
        return Promise.resolve()
      }
      return new Promise((resolve) => void waiting.push(resolve))
    },
    passOn,
    drained() {
      fullSince = null
      flush()
      if (!isTaken) passOn()
    },
    answers: () => texts.length,
    characters: () => characters,
    fullSince: () => fullSince,
    end() {
      // What was answered by now is told still, before a reason to close.
      if (!isOver && texts.length > 0 && fullSince === null) sendAnswers()
      isOver = true
      texts = []
      const left = waiting
      waiting = []
      for (const resume of left) resume()
    },
  }
}
