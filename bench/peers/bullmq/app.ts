import { Queue, QueueEvents } from 'bullmq'
import Fastify, { type FastifyInstance } from 'fastify'
import { connection, queueName, type NoopInput } from './queue.ts'

// What a team writes that has Redis: an app that puts jobs into BullMQ and tells what became of
// them. Its worker is a process of its own, beside it.

const inputSchema = {
  type: 'object',
  required: ['customer', 'tour', 'travellers', 'departure'],
  properties: {
    customer: { type: 'string' },
    tour: { type: 'string' },
    travellers: { type: 'integer', minimum: 1, maximum: 12 },
    departure: { type: 'string' },
    note: { type: 'string' },
  },
} as const

function createApp(queue: Queue<NoopInput>, finished: () => Promise<QueueEvents>): FastifyInstance {
  const app = Fastify()

  app.post<{ Body: NoopInput; Querystring: { wait?: string } }>(
    '/jobs',
    { schema: { body: inputSchema } },
    async (request, reply) => {
      const { wait } = request.query
      // It listens before the job can end: an end that came first would be waited for in vain.
      const ends = wait === undefined ? null : await finished()
      const job = await queue.add('noop', request.body)
      if (ends !== null) return (await job.waitUntilFinished(ends, Number(wait) * 1_000)) as unknown
      const location = `/jobs/${job.id}`
      return reply
        .code(202)
        .headers({ 'Location': location, 'Retry-After': '1', 'Cache-Control': 'no-store' })
        .send({ id: job.id, state: 'queued', links: { self: location } })
    },
  )

  app.get<{ Params: { id: string } }>('/jobs/:id', async (request, reply) => {
    const job = await queue.getJob(request.params.id)
    if (job === undefined) return reply.code(404).send({ error: 'no such job' })
    return { id: job.id, state: await job.getState(), result: job.returnvalue as unknown }
  })
  return app
}

/** Listening to every job's end costs, so only an app in which somebody waits does it. */
function createFinished(): () => Promise<QueueEvents> {
  let events: QueueEvents | null = null
  return async () => {
    events ??= new QueueEvents(queueName, { connection })
    await events.waitUntilReady()
    return events
  }
}

const queue = new Queue<NoopInput>(queueName, { connection })
const app = createApp(queue, createFinished())
await queue.waitUntilReady()
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: Number(new URL(address).port) })
process.once('disconnect', () => process.exit())
