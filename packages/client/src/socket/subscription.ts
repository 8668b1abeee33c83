import type { Connection } from './connection.ts'
import type { Inbox } from './inbox.ts'

/** One subscription on a socket that may still have to open. */
export interface Subscription {
  /** Allows so many more events. */
  grant(credit: number): void
  leave(): void
}

/** @param request the message without its id, sent as soon as the socket is open */
export function subscribe(connection: Connection, request: object, inbox: Inbox): Subscription {
  let id: string | null = null
  let left = false
  void connection.opened.then((opened) => {
    if (left) return
    if (opened) id = connection.subscribe({ type: 'subscribe', ...request }, inbox.put)
    else inbox.put(null)
  })
  return {
    grant(credit) {
      if (id !== null) connection.send({ type: 'credit', id, credit })
    },
    leave() {
      if (left) return
      left = true
      if (id === null) return
      connection.send({ type: 'unsubscribe', id })
      connection.forget(id)
    },
  }
}
