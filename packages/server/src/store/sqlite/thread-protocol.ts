import type { Log } from '../../ports/log.ts'
import type { Message } from './wire.ts'

/** What the main thread sends to the store's. */
export type ToThread = Message | 'close'

/** What comes back: replies in the order of the commands, and news of the thread itself. */
export type FromThread = Replies | ThreadNews

export interface Replies extends Message {
  /** How long the thread worked on them, their commit included. */
  readonly tookMs: number
}

export type ThreadNews =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly locked: boolean; readonly message: string }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'log'
      readonly level: keyof Log
      readonly fields: object
      readonly message: string
    }
