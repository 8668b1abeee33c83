import type { ChannelEvent } from '@buzzer/client'
import type { Posted, Receiver } from '../../app/receiver.ts'
import { pause } from '../pause.ts'
import { cloudEventOf } from '../show-channel-event.ts'
import { messageId, signedHeaders } from './sign.ts'

/** What became of an event at the receiver. */
export type Forwarded = Exclude<Posted, { readonly kind: 'absent' }>

/** Sends one event on. @throws the reason of the signal */
export type Forward = (
  channel: string,
  event: ChannelEvent,
  signal: AbortSignal,
) => Promise<Forwarded>

const firstPauseMs = 250
const longestPauseMs = 2_000

/**
 * Sends events on as webhooks. A program that is being written is often not there for a moment: its
 * event waits for it, and whatever it answers counts as its answer.
 *
 * @param note told once that it is not there, and once that it is there again
 */
export function createForward(
  receiver: Receiver,
  secret: string,
  note: (text: string) => void,
): Forward {
  let isAbsent = false
  const turn = (absent: boolean, text: string): void => {
    if (isAbsent !== absent) note(text)
    isAbsent = absent
  }
  return async (channel, event, signal) => {
    const body = new TextEncoder().encode(JSON.stringify(cloudEventOf(event)))
    const id = messageId(channel, event)
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const posted = await receiver.post(signedHeaders(secret, id, body, Date.now()), body, signal)
      signal.throwIfAborted()
      if (posted.kind !== 'absent') {
        turn(false, 'The receiver is there.')
        return posted
      }
      turn(true, `The receiver is not there; events wait for it. ${posted.detail}`)
      await pause(pauseMs, signal)
    }
  }
}

/** Only 2xx says that it was taken; redirects are not followed. */
export const wasTaken = (posted: Forwarded): boolean =>
  posted.kind === 'answered' && posted.status >= 200 && posted.status < 300
