import type { FastifyReply } from 'fastify'
import type { Answer, AnswerHeaders } from './answer.ts'
import { compress } from './compress.ts'
import { stream } from './stream.ts'

/**
 * Writes an answer to its caller.
 *
 * @param stopping ends streams, at a point where they can be resumed
 */
export async function send(
  stopping: AbortSignal,
  reply: FastifyReply,
  answer: Answer,
): Promise<void> {
  if (answer.kind === 'stream') return stream(stopping, reply, answer)
  const { status, headers, body } = mayCompress(answer.body)
    ? await compress(answer, reply.request.headers['accept-encoding'])
    : answer
  if (body instanceof Uint8Array && headers['content-type'] === undefined) {
    return sendUntyped(reply, status, headers, body)
  }
  writeHeaders(reply, headers)
  void reply.code(status).send(body ?? undefined)
}

/** Below this compression costs more than it saves. */
const minCompressedBytes = 1_024

const mayCompress = (body: string | Uint8Array | null): boolean =>
  body !== null && body.length >= minCompressedBytes

function writeHeaders(reply: FastifyReply, headers: AnswerHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    void reply.header(name, typeof value === 'string' ? value : [...value])
  }
}

/** Bytes of which an upstream did not say what they are; Fastify would say it in its place. */
function sendUntyped(
  reply: FastifyReply,
  status: number,
  headers: AnswerHeaders,
  body: Uint8Array,
): void {
  reply.hijack()
  const response = reply.raw
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('content-length', body.byteLength)
  if (reply.hasHeader('connection')) response.setHeader('connection', 'close')
  response.writeHead(status)
  response.end(body)
}
