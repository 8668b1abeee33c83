import { createInterface } from 'node:readline'
import type { EndpointId, JobId } from '@buzzer/contract'
import type { Store } from '../../../ports/store.ts'
import {
  accept,
  jobOf,
  node,
  sampleInput,
  sampleJob,
  serve,
  succeed,
} from '../../conformance/sample.ts'
import {
  deliveryTo,
  publishTo,
  sampleMessage,
  subscribed,
} from '../../conformance/delivery-sample.ts'
import { openSqliteStore } from '../open.ts'

/**
 * A process of its own with a store. `write` accepts and ends jobs as fast as it can, and prints
 * what it was promised; `fan-out` publishes and fans out; `answer` does one thing for each line that
 * it is told.
 */
const [, , work, folder = ''] = process.argv
const print = (line: string): void => void process.stdout.write(`${line}\n`)

// A write beyond the limit on file sizes is then an error of that write, as on a full disk.
process.on('SIGXFSZ', () => undefined)

const store = await openSqliteStore({ folder }).catch((error: unknown) => {
  print(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  process.exit(1)
})
await serve(store, 'render')
print('open')

if (work === 'write') await Promise.all(Array.from({ length: 32 }, () => write(store)))
else if (work === 'fan-out') await fanOut(store)
else for await (const line of createInterface({ input: process.stdin })) print(await answer(line))

async function write(to: Store): Promise<never> {
  for (;;) {
    const acceptance = await accept(to, sampleJob(), { input: sampleInput(), claimFor: node })
    const job = jobOf(acceptance)
    print(`accepted ${job.id}`)
    if (job.state !== 'running') continue
    await succeed(to, job)
    print(`succeeded ${job.id}`)
  }
}

async function fanOut(to: Store): Promise<never> {
  const { id } = await subscribed(to)
  await Promise.all([publishOn(to), deliverTo(to, id)])
  throw new Error('It is to be killed.')
}

async function publishOn(to: Store): Promise<never> {
  for (;;) await publishTo(to, 'orders', ['a', 'b', 'c'])
}

async function deliverTo(to: Store, id: EndpointId): Promise<never> {
  for (;;) {
    const { move, entries } = await to.fanOut.read(10)
    const messages = entries.map((entry) =>
      sampleMessage([deliveryTo(id)], { offset: 'event' in entry ? entry.event.offset : 0 }),
    )
    await to.fanOut.write({ move, createdAt: Date.now(), messages })
    if (entries.length > 0) print('written')
  }
}

async function answer(line: string): Promise<string> {
  const [command, id = ''] = line.split(' ')
  try {
    switch (command) {
      case 'accept': {
        const input = sampleInput(`"${'x'.repeat(20_000)}"`)
        return jobOf(await accept(store, sampleJob(), { input })).id
      }
      case 'read':
        return (await store.jobs.read(id as JobId)).kind
      case 'ping':
        await store.upkeep.ping()
        return 'fine'
      default:
        await store[Symbol.asyncDispose]()
        return 'closed'
    }
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
