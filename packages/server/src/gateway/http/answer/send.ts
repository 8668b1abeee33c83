import type { ServerResponse } from 'node:http'
import type { SendContext } from '../context.ts'
import type { Answer, WholeAnswer } from './answer.ts'
import { sendBytes } from './bytes.ts'
import { compress, minCompressedBytes } from './compress.ts'
import { acceptedBy } from './encoding.ts'
import { flat, lengthName } from './flat.ts'
import { stream } from './stream.ts'

/** Writes an answer to its caller. @returns a promise where that takes time */
export function send(
  ctx: SendContext,
  response: ServerResponse,
  answer: Answer,
): Promise<void> | void {
  // Whatever it came before, nothing more is asked on its connection.
  if (ctx.stopping.aborted) response.shouldKeepAlive = false
  if (answer.kind === 'stream') return stream(ctx, response, answer)
  if (answer.kind === 'bytes') return sendBytes(ctx, response, answer)
  if (!mayCompress(answer.body)) return sendWhole(response, answer)
  return compress(answer, acceptedBy(response.req.headers)).then((compressed) =>
    sendWhole(response, compressed),
  )
}

function sendWhole(response: ServerResponse, answer: WholeAnswer): void {
  const { status, headers, body } = answer
  const bytes = body === null ? 0 : Buffer.byteLength(body)
  response.writeHead(status, flat(headers, lengthOf(response, answer, bytes)))
  if (body === null) response.end()
  // Text of one byte a character need not be looked through again.
  else response.end(body, bytes === body.length ? 'latin1' : 'utf8')
}

const mayCompress = (body: string | Uint8Array | null): boolean =>
  body !== null && body.length >= minCompressedBytes

/** Null where there is nothing to have a length, and where nobody knows it. */
function lengthOf(
  { req }: ServerResponse,
  { status, headers, body }: WholeAnswer,
  bytes: number,
): string | null {
  // What an upstream said to HEAD: the length of what it would have sent.
  const said = headers[lengthName]
  if (req.method === 'HEAD' && typeof said === 'string') return said
  if (req.method === 'HEAD' && body === null) return null
  return bytes === 0 && (status === 204 || status === 304) ? null : String(bytes)
}
