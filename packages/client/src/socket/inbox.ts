import type { SocketMessage } from './message.ts'

/** What has come for one subscription and was not read yet. */
export interface Inbox {
  /** @param message null where nothing can come any more */
  put(message: SocketMessage | null): void
  /** Waits for something and takes all that is there; null after the end. */
  take(): Promise<readonly SocketMessage[] | null>
}

/** A server that sends more than it was allowed to is not listened to any longer. */
export function createInbox(limit: number): Inbox {
  let messages: SocketMessage[] = []
  let over = false
  let wake = (): void => {}

  return {
    put(message) {
      if (message === null || messages.length >= limit) over = true
      else if (!over) messages.push(message)
      wake()
    },
    async take() {
      while (messages.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve))
      if (messages.length === 0) return null
      const taken = messages
      messages = []
      return taken
    },
  }
}
