import { Worker } from 'bullmq'
import { connection, queueName, type NoopInput } from './queue.ts'

/** Jobs under way at a time: enough that the handler, which does nothing, is never waited for. */
const concurrency = 100

const worker = new Worker<NoopInput>(queueName, () => Promise.resolve({ ok: true }), {
  connection,
  concurrency,
})
let completed = 0
worker.on('completed', () => (completed += 1))
await worker.waitUntilReady()

// The event comes once the outcome is in Redis, so that this is the count of recorded outcomes.
process.on('message', () => process.send?.({ completed }))
process.once('disconnect', () => process.exit())
process.send?.({ ready: true })
