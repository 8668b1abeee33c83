import { Agent, request } from 'node:http'
import { startBuzzer, type Setup } from '../buzzer.ts'
import { now, quote, type Source } from './source.ts'

export interface BuzzerSource extends Source {
  memoryMb(): Promise<number>
}

export const channel = 'quotes.ACME'

/** Buzzer with history on: what it sends was on disk before. */
export async function startBuzzerSource(wish: Partial<Setup> = {}): Promise<BuzzerSource> {
  const buzzer = await startBuzzer({ ...wish, slots: 0 })
  const agent = new Agent({ keepAlive: true })
  return {
    port: buzzer.port,
    memoryMb: () => buzzer.memoryMb(),
    send: (count) => post(buzzer.port, agent, batchOf(count)),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await buzzer[Symbol.asyncDispose]()
    },
  }
}

let made = 0

const batchOf = (count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, () => ({
      specversion: '1.0',
      id: `q-${(made += 1)}`,
      source: '/exchange',
      type: 'quote',
      data: quote(now()),
    })),
  )

function post(port: number, agent: Agent, body: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const outgoing = request(
    {
      port,
      host: '127.0.0.1',
      agent,
      method: 'POST',
      path: `/v1/channels/${channel}/events`,
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        'content-length': Buffer.byteLength(body),
      },
    },
    (answer) => {
      answer.resume()
      answer.once('end', () => {
        if (answer.statusCode === 202) resolve()
        else reject(new Error(`Buzzer answers ${answer.statusCode}.`))
      })
    },
  )
  outgoing.once('error', reject)
  outgoing.end(body)
  return promise
}
