import {
  createHmac,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto'
import { Pool } from 'undici'
import type { Arrival } from '../webhooks/receivers.ts'

// Webhooks as somebody would send them by hand who does not mind losing them: an undici pool and
// two signatures for each, of the same bytes as Buzzer's.

export interface BareSenderPlan extends Arrival {
  readonly port: number
  readonly path: string
  readonly connections: number
}

/** What each request has of its own, or what undici writes. */
const ownHeaders = /^(?:host|connection|content-length|transfer-encoding|webhook-(?!request).*)$/

process.once('disconnect', () => process.exit())
process.once('message', (plan: BareSenderPlan) => {
  const { port, connections } = plan
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 })
  const secret = randomBytes(32)
  const { privateKey } = generateKeyPairSync('ed25519')
  process.send?.({})
  for (let lane = 0; lane < connections; lane += 1) void sendForEver(pool, plan, secret, privateKey)
})

async function sendForEver(
  pool: Pool,
  { path, headers, body }: BareSenderPlan,
  secret: Buffer,
  key: KeyObject,
): Promise<never> {
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !ownHeaders.test(name)),
  )
  for (;;) {
    const id = randomUUID()
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const content = Buffer.from(`${id}.${timestamp}.${body}`)
    const v1 = createHmac('sha256', secret).update(content).digest('base64')
    const v1a = sign(null, content, key).toString('base64')
    const answer = await pool.request({
      method: 'POST',
      path,
      headers: {
        ...kept,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${v1} v1a,${v1a}`,
      },
      body,
    })
    await answer.body.dump()
    if (answer.statusCode !== 204) throw new Error(`The receiver answers ${answer.statusCode}.`)
  }
}
