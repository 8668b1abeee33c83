import type { FastifyReply } from 'fastify'
import type { Answer, AnswerHeaders } from './answer.ts'
import { sendBytes } from './bytes.ts'
import { compress } from './compress.ts'
import { flat, lengthName } from './flat.ts'
import { stream } from './stream.ts'

/**
 * Writes an answer to its caller, past the framework's own way of doing so: that would type bytes
 * of which nobody said what they are, and costs as much as all the rest of an acceptance.
 *
 * @param stopping ends streams, at a point where they can be resumed
 */
export async function send(
  stopping: AbortSignal,
  reply: FastifyReply,
  answer: Answer,
): Promise<void> {
  reply.hijack()
  if (answer.kind === 'stream') return stream(stopping, reply, answer)
  if (answer.kind === 'bytes') return sendBytes(stopping, reply, answer)
  const { status, headers, body } = mayCompress(answer.body)
    ? await compress(answer, reply.request.headers['accept-encoding'])
    : answer
  const response = reply.raw
  response.writeHead(status, flat(headers, lengthOf(reply, status, headers, body)))
  response.end(body ?? undefined)
}

/** Below this compression costs more than it saves. */
const minCompressedBytes = 1_024

const mayCompress = (body: string | Uint8Array | null): boolean =>
  body !== null && body.length >= minCompressedBytes

/** Null where there is nothing to have a length. */
function lengthOf(
  { request }: FastifyReply,
  status: number,
  headers: AnswerHeaders,
  body: string | Uint8Array | null,
): string | null {
  // What an upstream said to HEAD: the length of what it would have sent.
  const said = headers[lengthName]
  if (request.method === 'HEAD' && typeof said === 'string') return said
  if (body === null) return status === 204 || status === 304 ? null : '0'
  return String(Buffer.byteLength(body))
}
