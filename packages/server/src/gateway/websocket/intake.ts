import type { Outbox } from './outbox.ts'
import type { Wire } from './wire.ts'

/** So many requests may be unanswered; no more are read then until some are. */
export const unansweredAtMost = 1_024
/** And so much of their answers, in characters. */
const charactersAtMost = 1_048_576

/** What comes in on one socket: no more is taken in than is answered. */
export interface Intake {
  take(message: Buffer): void
  /** A request is under way. */
  began(): void
  /** Its answer was said. */
  ended(): void
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

export function createIntake({ wire, outbox, handle }: IntakeParts): Intake {
  let underWay = 0
  let isPaused = false
  let isOver = false
  /** What had been read when it stopped reading: the rest of one chunk. */
  let backlog: Buffer[] = []

  const unanswered = (): number => underWay + outbox().answers()
  const isTooMuch = (): boolean =>
    unanswered() >= unansweredAtMost || outbox().characters() >= charactersAtMost
  const isEnough = (): boolean =>
    unanswered() <= unansweredAtMost / 2 && outbox().characters() < charactersAtMost / 2

  const handleOne = (message: Buffer): void => {
    handle(message)
    if (!isTooMuch() || isPaused || isOver) return
    isPaused = true
    wire.pause()
  }

  /** Goes on with what was read, and then reads again. */
  const goOn = (): void => {
    if (!isPaused || isOver || !isEnough()) return
    isPaused = false
    const rest = backlog
    backlog = []
    for (const [index, message] of rest.entries()) {
      handleOne(message)
      if (!isPaused) continue
      backlog = rest.slice(index + 1)
      return
    }
    if (!isOver) wire.resume()
  }

  return {
    take(message) {
      if (isOver) return
      if (isPaused) backlog.push(message)
      else handleOne(message)
    },
    began() {
      underWay += 1
    },
    ended() {
      underWay -= 1
      goOn()
    },
    sent: goOn,
    isReading: () => !isPaused,
    end() {
      isOver = true
      backlog = []
    },
  }
}
