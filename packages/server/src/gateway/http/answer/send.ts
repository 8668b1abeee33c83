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
