import type { HandlerFailure } from '../../core/handler-error.ts'
import type { HandlerJob } from '../../core/handler.ts'
import type { PublishAnswer } from '../../ports/runner.ts'
import type { LogLevel } from './context.ts'
import type { Encoded } from './output.ts'

/** What a thread is started with. */
export interface ThreadStart {
  /** The configuration as a `file:` URL. */
  readonly module: string
}

/** Messages carry the number of their task, so that what an earlier one left behind is told apart. */
interface OfTask {
  readonly task: number
}

export type ToThread =
  | (OfTask & {
      readonly kind: 'run'
      readonly job: HandlerJob
      readonly body: Uint8Array | null
    })
  | (OfTask & { readonly kind: 'abort'; readonly name: string; readonly message: string })
  /** A piece of output, of the result, or an event was taken, or could not be. */
  | (OfTask & {
      readonly kind: 'taken'
      readonly piece: number
      readonly fault: string | null
      /** Of an event. */
      readonly answer: PublishAnswer | null
    })

export type FromThread =
  /** The configuration is loaded. */
  | { readonly kind: 'ready' }
  | (OfTask & {
      readonly kind: 'progress'
      readonly percent: number | null
      readonly message: string | null
    })
  | (OfTask & Chunk & { readonly kind: 'chunk' })
  | (OfTask & { readonly kind: 'output'; readonly piece: number; readonly json: string })
  | (OfTask & {
      readonly kind: 'publish'
      readonly piece: number
      readonly channel: string
      readonly event: unknown
    })
  | (OfTask & {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly message: string
      /** JSON, because not everything that can be logged can be sent. */
      readonly fields: string | null
    })
  | (OfTask & { readonly kind: 'end'; readonly end: HandlerEnd })

/** A piece of a result that is given as a stream; the first one may be empty. */
export interface Chunk {
  readonly piece: number
  readonly mediaType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a handler came to. */
export type HandlerEnd =
  /** All of it has come as chunks. */
  | { readonly kind: 'streamed' }
  | { readonly kind: 'gave'; readonly encoded: Encoded }
  | {
      readonly kind: 'threw'
      readonly failure: HandlerFailure
      /** For the log, where the failure is unexpected. */
      readonly stack: string | null
    }
