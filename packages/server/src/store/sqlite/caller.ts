import { StoreUnavailable } from '../../ports/store.ts'
import type { Codec } from './codec.ts'
import { status } from './opcode.ts'
import { createPack, createUnpack, type Message, type Unpack } from './wire.ts'

/** The main thread's end of the wire. */
export interface Caller {
  call<Request, Reply>(codec: Codec<Request, Reply>, request: Request): Promise<Reply>
  /** Takes replies, in the order of the commands. @returns how many they were */
  receive(message: Message): number
  /** Resolves when all that was called has been answered; nothing more is taken from then on. */
  drain(): Promise<void>
  /** Answers all that waits with this error, and all that comes later too. */
  fail(error: Error): void
}

export interface CallerOptions {
  send(message: Message): void
  /** Runs it when the present turn of the event loop has made its commands. */
  schedule(flush: () => void): void
}

/** Beyond these, commands are refused: the disk is slower than what comes. */
export const inFlightAtMost = { commands: 16_384, bytes: 64 * 1024 * 1024 } as const

/**
 * So many commands go without waiting for the end of the turn: the thread works on them while the
 * main thread makes the next ones. Fewer would cost more in messages and commits than they gain.
 */
const eagerAt = 16

interface Waiting {
  readonly codec: Codec<unknown, unknown>
  readonly request: unknown
  readonly bytes: number
  resolve(reply: unknown): void
  reject(error: Error): void
}

export function createCaller({ send, schedule }: CallerOptions): Caller {
  const pack = createPack()
  let waiting: (Waiting | undefined)[] = []
  let head = 0
  let bytes = 0
  let isScheduled = false
  let packed = 0
  let refusal: Error | null = null
  let onDrained: (() => void) | null = null

  const inFlight = (): number => waiting.length - head

  const sendPacked = (): void => {
    packed = 0
    if (refusal === null || onDrained !== null) send(pack.take())
  }

  const flush = (): void => {
    isScheduled = false
    if (packed > 0) sendPacked()
  }

  const refuse = (): Error | null => {
    if (refusal !== null) return refusal
    if (inFlight() < inFlightAtMost.commands && bytes < inFlightAtMost.bytes) return null
    return new StoreUnavailable('Too much waits for the store already; try again in a moment.')
  }

  /** @returns how many bytes it has */
  const encode = <Request>(codec: Codec<Request, unknown>, request: Request): number => {
    const mark = pack.mark()
    try {
      pack.begin(codec.code)
      codec.write(pack, request)
      pack.end()
    } catch (error) {
      pack.reset(mark)
      throw error
    }
    return pack.mark().bytes - mark.bytes
  }

  const shift = (): Waiting | undefined => {
    const next = waiting[head]
    // Let go at once, as its promise holds on to the whole reply.
    waiting[head] = undefined
    head += 1
    if (head > 1_024 && head * 2 > waiting.length) {
      waiting = waiting.slice(head)
      head = 0
    }
    return next
  }

  const fail = (error: Error): void => {
    refusal ??= error
    const failed = waiting.slice(head)
    waiting = []
    head = 0
    for (const each of failed) each?.reject(error)
    onDrained?.()
  }

  return {
    call: (codec, request) =>
      new Promise((resolve, reject) => {
        const refused = refuse()
        if (refused !== null) return reject(refused)
        const size = encode(codec, request)
        bytes += size
        waiting.push({
          codec,
          request,
          bytes: size,
          resolve,
          reject,
        })
        packed += 1
        if (packed >= eagerAt) sendPacked()
        if (isScheduled || packed === 0) return
        isScheduled = true
        schedule(flush)
      }),
    receive(message) {
      const input = createUnpack(message)
      const before = inFlight()
      while (!input.isDone()) {
        const kind = input.open()
        const next = shift()
        if (next === undefined) break
        bytes -= next.bytes
        answer(next, kind, input)
      }
      const answered = before - inFlight()
      if (inFlight() === 0) onDrained?.()
      return answered
    },
    drain() {
      refusal ??= new StoreUnavailable('The store is closed.')
      return new Promise((resolve) => {
        onDrained = resolve
        if (inFlight() === 0) resolve()
      })
    },
    fail,
  }
}

function answer({ codec, request, resolve, reject }: Waiting, kind: number, input: Unpack): void {
  if (kind === status.failed) return reject(new Error(input.text()))
  if (kind === status.unavailable) return reject(new StoreUnavailable(input.text()))
  try {
    return resolve(codec.read(input, request))
  } catch (error) {
    return reject(error instanceof Error ? error : new Error(String(error)))
  }
}
