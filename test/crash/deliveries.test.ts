import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../packages/server/src/store/sqlite/open.ts'
import { temporaryFolder } from '../support/folder.ts'
import { seededRandom } from '../support/random.ts'
import { startServer } from '../support/server.ts'
import { startReceiver, type Received, type Receiver } from '../webhooks/support/receiver.ts'
import { createWebhook } from '../webhooks/support/webhooks.ts'
import { checkIntegrity, openCopy } from './data-file.ts'
import { createDeliveryLoad } from './delivery-load.ts'
import {
  contradicted,
  missing,
  outOfOrder,
  readDeliveries,
  type Arrival,
  type Evidence,
} from './delivery-proof.ts'

const rounds = 8
/** The leases of what a dead server was sending have to end, and the ordered one goes one by one. */
const convergence = { timeout: 150_000, interval: 500 }
const minutes = 6

const schedule = Array.from({ length: 12 }, (_, at) => (at === 0 ? '0s' : '50ms')) as [
  '0s',
  ...'50ms'[],
]
const policy = {
  schedule,
  timeout: '1s',
  disableAfter: { failures: 1_000_000, failingFor: '365d' },
} as const

/**
 * The status of an answer, by how often this delivery came and how many requests the endpoint got.
 * By the latter alone one of thousands that overtake each other meets twelve refusals in a row.
 */
const answers: Readonly<Record<string, (tries: number, count: number) => number>> = {
  everything: () => 204,
  flaky: (tries, count) => (count % 2 === 1 && tries <= 4 ? 500 : 204),
  ordered: (_, count) => (count % 7 === 0 ? 503 : 204),
  callbacks: () => 204,
}

/** Writes down all that arrives, in a process that nobody kills. */
function keepJournal(receiver: Receiver): readonly Arrival[] {
  const arrivals: Arrival[] = []
  const triesOf = new Map<string, number>()
  for (const [endpoint, statusOf] of Object.entries(answers)) {
    receiver.behave(`/${endpoint}`, (request, count) => {
      const id = request.headers['webhook-id'] ?? ''
      const tries = (triesOf.get(id) ?? 0) + 1
      triesOf.set(id, tries)
      const status = statusOf(tries, count)
      arrivals.push(arrivalOf(endpoint, request, status))
      return { status }
    })
  }
  return arrivals
}

function arrivalOf(endpoint: string, { headers, json }: Received, status: number): Arrival {
  const { id, type, subject = null, source, sequence } = json()
  const webhookId = headers['webhook-id'] ?? ''
  return {
    endpoint,
    webhookId,
    event: id,
    type,
    subject,
    source,
    sequence: Number(sequence),
    status,
  }
}

async function createWebhooks(url: string, receiver: Receiver): Promise<void> {
  const everything = { url: receiver.url('/everything'), policy }
  const flaky = { url: receiver.url('/flaky'), channels: ['orders.*'], policy }
  const ordered = {
    url: receiver.url('/ordered'),
    channels: ['orders.kept'],
    policy: { ...policy, ordered: true },
  }
  for (const wish of [everything, flaky, ordered]) await createWebhook(url, wish)
}

test(
  'however often a server is killed while it fans out and delivers, everything arrives',
  async () => {
    await using folder = await temporaryFolder('crash-deliveries')
    await using receiver = await startReceiver()
    const data = join(folder.path, 'data')
    const seed = Math.floor(Math.random() * 1_000_000)
    const random = seededRandom(seed)
    const arrivals = keepJournal(receiver)
    const load = createDeliveryLoad(receiver.url('/callbacks'))
    const evidence: Evidence = {
      promised: load.promised,
      arrivals,
      wants: {
        everything: () => true,
        flaky: () => true,
        ordered: (channel) => channel === 'orders.kept',
      },
    }
    const start = () =>
      startServer({
        config: new URL('deliveries.config.ts', import.meta.url),
        data,
        env: { BUZZER_OUTBOUND_ALLOW: receiver.host },
        timeoutMs: 60_000,
      })
    const findings: string[] = []
    for (let round = 0; round < rounds; round += 1) {
      const server = await start()
      if (round === 0) await createWebhooks(server.url, receiver)
      const loading = load.run(server.url)
      await sleep(random.between(100, 1_200))
      server.kill('SIGKILL')
      await Promise.all([loading, server.exited])
      const errors = server
        .stderr()
        .split('\n')
        .filter((line) => line.includes('"level":"error"'))
      findings.push(...errors)
      using db = await openCopy(data, join(folder.path, 'copy'))
      findings.push(...checkIntegrity(db))
    }

    const server = await start()
    const atDeath = missing(evidence).length
    const began = performance.now()
    const open = async () =>
      (await readDeliveries(server.url, '&state=scheduled,sending')).map(
        ({ id }) => `${id} is open`,
      )
    const left = async () => {
      const lacking = missing(evidence)
      return (lacking.length > 0 ? lacking : await open()).slice(0, 10)
    }
    await expect.poll(left, { ...convergence, message: `seed ${seed}` }).toEqual([])
    const settledMs = Math.round(performance.now() - began)
    const deliveries = await readDeliveries(server.url)
    findings.push(...outOfOrder(evidence, 'ordered'), ...contradicted(evidence, deliveries))
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    findings.push(...(await auditOf(data)))
    expect(findings, `seed ${seed}`).toEqual([])
    const { events, jobs } = load.promised
    // The proof is worth what it looked at.
    expect(Math.min(events.size, jobs.size), `seed ${seed}`).toBeGreaterThan(rounds)
    expect(atDeath, 'of what was promised something was to be delivered yet').toBeGreaterThan(0)
    const repeated = arrivals.length - new Set(arrivals.map(({ webhookId }) => webhookId)).size
    console.log(
      `${rounds} deaths, ${events.size} events and ${jobs.size} jobs promised, ${deliveries.length} ` +
        `deliveries, ${arrivals.length} arrivals (${repeated} repeated), ${atDeath} to come at the ` +
        `last death, all there after ${settledMs} ms`,
    )
  },
  minutes * 60_000,
)

/** What the store itself finds, opened once more. */
async function auditOf(folder: string): Promise<readonly string[]> {
  await using store = await openSqliteStore({ folder })
  return await store.upkeep.audit()
}
