import type { Range } from './range.ts'

/** What a route answers with: values, so that a route can be read and tested without a socket. */
export type Answer = WholeAnswer | BytesAnswer | StreamAnswer

export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

export interface WholeAnswer {
  readonly kind: 'whole'
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: string | Uint8Array | null
}

/** A body that is read while it is sent. */
export interface BytesAnswer {
  readonly kind: 'bytes'
  readonly status: number
  readonly headers: AnswerHeaders
  /** Of the body, in bytes. */
  readonly size: number
  /** Each piece is good until the next is asked for. @param range all of it without one */
  readonly open: (range?: Range) => AsyncIterable<Uint8Array>
}

/** Written as it is made, with a comment now and then so that proxies keep the connection. */
export interface StreamAnswer {
  readonly kind: 'stream'
  readonly headers: Readonly<Record<string, string>>
  /** False where the format has no room for comments. */
  readonly hasComments?: boolean
  readonly chunks: (signal: AbortSignal) => AsyncIterable<string | Uint8Array>
}

export const jsonType = 'application/json; charset=utf-8'

/** @param body is written as JSON */
export const json = (status: number, body: unknown, headers: AnswerHeaders = {}): WholeAnswer =>
  jsonText(status, JSON.stringify(body), headers)

/** The same for a body that is JSON text already. */
export const jsonText = (status: number, body: string, headers: AnswerHeaders): WholeAnswer => ({
  kind: 'whole',
  status,
  headers: { 'content-type': jsonType, ...headers },
  body,
})

export const text = (
  mediaType: string,
  body: string,
  headers: AnswerHeaders = {},
): WholeAnswer => ({
  kind: 'whole',
  status: 200,
  headers: { 'content-type': mediaType, ...headers },
  body,
})

export const empty = (status: number, headers: AnswerHeaders = {}): WholeAnswer => ({
  kind: 'whole',
  status,
  headers,
  body: null,
})

export const statusOf = (answer: Answer): number => (answer.kind === 'stream' ? 200 : answer.status)
