/** A socket, as far as a conversation needs it. */
export interface Wire {
  /** @returns false where it holds enough now: it says when that has gone out */
  write(frames: Uint8Array): boolean
  /** Nothing more is read from it than what has come by now. */
  pause(): void
  resume(): void
  /** @param reason of at most 123 bytes */
  close(code: number, reason: string): void
}

/** What is said on a socket, in one of the subprotocols. */
export interface Conversation {
  /** A message came. @param message is UTF-8 */
  receive(message: Buffer): void
  /** What the wire held has gone out. */
  drained(): void
  /** Since when the wire takes nothing, on the monotonic clock; null while it does. */
  fullSince(): number | null
  /** Whether it reads; a pong can come only then. */
  isReading(): boolean
  /** The socket is gone. */
  end(): void
}

/** Why a socket is closed (PROTOCOL.md, section 4). */
export const closeCode = {
  goingAway: 1001,
  notText: 1003,
  /** Also where the channel was declared anew: both come again with their cursor. */
  tooSlow: 1013,
  noMessage: 4400,
  credentialEnded: 4401,
  noChannel: 4404,
  nothingHeard: 4408,
  tooManyFrames: 4429,
} as const

/** A reason has to fit into a control frame (RFC 6455, section 5.5). */
const reasonBytes = 123

/** Cuts a reason to what fits. */
export function fitReason(reason: string): string {
  let text = reason
  while (Buffer.byteLength(text) > reasonBytes) text = text.slice(0, -1)
  return text
}
