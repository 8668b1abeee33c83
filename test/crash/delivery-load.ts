import { setTimeout as sleep } from 'node:timers/promises'
import { call } from '../support/call.ts'

/** What the server has promised to deliver. */
export interface Promised {
  /** By the id of the event. */
  readonly events: Map<string, { readonly channel: string; readonly sequence: number }>
  readonly jobs: Set<string>
}

export interface DeliveryLoad {
  readonly promised: Promised
  /** Publishes and submits until the server is gone. */
  run(url: string): Promise<void>
}

/** So many publish to each channel; the one whose order counts gets as much as one endpoint takes. */
const channels = { 'orders.a': 2, 'orders.b': 2, 'orders.kept': 1 } as const
const submitters = 2
const pauseMs = 8

/** One request after the other; what was not answered is sent again, to the next server. */
interface Worker {
  readonly send: (url: string, n: number) => Promise<boolean>
  n: number
}

/** @param callbackUrl where jobs call back */
export function createDeliveryLoad(callbackUrl: string): DeliveryLoad {
  const promised: Promised = { events: new Map(), jobs: new Set() }

  const publish = (channel: string, publisher: number) => async (url: string, n: number) => {
    const id = `${channel}-${publisher}-${n}`
    const body = { specversion: '1.0', id, source: '/test', type: 'order', data: n }
    const headers = { 'content-type': 'application/cloudevents+json' }
    const answer = await call(url, `/v1/channels/${channel}/events`, { body, headers })
    if (answer.status !== 202) return false
    const [event] = answer.json<{ events: readonly { readonly sequence: string }[] }>().events
    promised.events.set(id, { channel, sequence: Number(event?.sequence) })
    return true
  }

  const submit = (submitter: number) => async (url: string, n: number) => {
    const headers = {
      'idempotency-key': `${submitter}-${n}`,
      'callback-url': callbackUrl,
      'callback-events': 'states',
    }
    const answer = await call(url, '/v1/operations/work/jobs', { body: n, headers })
    if (answer.status !== 202) return false
    promised.jobs.add(answer.json<{ id: string }>().id)
    return true
  }

  const workers: readonly Worker[] = [
    ...Object.entries(channels).flatMap(([channel, count]) =>
      Array.from({ length: count }, (_, at) => ({ send: publish(channel, at), n: 1 })),
    ),
    ...Array.from({ length: submitters }, (_, at) => ({ send: submit(at), n: 1 })),
  ]

  const work = async (worker: Worker, url: string): Promise<void> => {
    while (await worker.send(url, worker.n).catch(() => false)) {
      worker.n += 1
      await sleep(pauseMs)
    }
  }

  return {
    promised,
    async run(url) {
      await Promise.all(workers.map((worker) => work(worker, url)))
    },
  }
}
