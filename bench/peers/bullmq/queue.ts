export const queueName = 'noop'

const redis = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379')

/** As BullMQ's workers need it: they wait on the connection for as long as it takes. */
export const connection = {
  host: redis.hostname,
  port: Number(redis.port),
  maxRetriesPerRequest: null,
}

export interface NoopInput {
  readonly customer: string
  readonly tour: string
  readonly travellers: number
  readonly departure: string
  readonly note?: string
}
