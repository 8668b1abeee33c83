import { startRedis } from '../test/servers/redis.ts'
import { forkPeer } from './child.ts'

export interface BullmqApp extends AsyncDisposable {
  readonly port: number
  /** Jobs whose outcome is in Redis. */
  countOutcomes(): Promise<number>
}

/** The hand-written app and its worker, on a Redis that is as durable as Buzzer's store. */
export async function startBullmqApp(): Promise<BullmqApp> {
  await using parts = new AsyncDisposableStack()
  const settings = { appendonly: 'yes', appendfsync: 'always' }
  const redis = parts.use(await startRedis({ settings }))
  const env = { REDIS_URL: redis.url }
  const worker = parts.use(await forkPeer('peers/bullmq/worker.ts', env))
  const app = parts.use(await forkPeer('peers/bullmq/app.ts', env))
  const owned = parts.move()
  return {
    ...(app.hello as { port: number }),
    countOutcomes: async () => ((await worker.ask({})) as { completed: number }).completed,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
