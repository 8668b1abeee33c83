import { setTimeout as sleep } from 'node:timers/promises'
import type { SeededRandom } from '../support/random.ts'
import { ask, askSurely, type Answer, type Ask, type Target } from './caller.ts'
import type { Journal } from './journal.ts'
import type { Order } from './order.ts'
import { followEvents } from './stream.ts'

export interface LoadParts {
  readonly target: Target
  readonly journal: Journal
  readonly random: SeededRandom
  /** Takes what must not be. */
  readonly report: (finding: string) => void
}

export interface Load {
  /** Nothing new is begun; what was begun is ended. */
  stop(): Promise<void>
}

/** Clients of every kind, each doing one thing after the other at a gentle pace. */
const clients = 12
const lanes = 4
const pauseMs = [4, 24] as const
/** Not faster than the jobs of one key, one at a time, can be run. */
const lanePauseMs = [30, 90] as const

type Pause = readonly [least: number, most: number]

export function startLoad(parts: LoadParts): Load {
  const { random, report } = parts
  const stopped = new AbortController()
  let count = 0
  const next = (): number => (count += 1)

  const repeat = async (pause: Pause, act: () => Promise<void>): Promise<void> => {
    while (!stopped.signal.aborted) {
      await act().catch((error: unknown) => report(`a client: ${String(error)}`))
      await sleep(random.between(...pause))
    }
  }
  const anything = (): Promise<void> => random.pick(actions)(parts, next())
  const running = [
    ...Array.from({ length: clients }, () => repeat(pauseMs, anything)),
    ...Array.from({ length: lanes }, (_, lane) =>
      repeat(lanePauseMs, () => inLane(parts, next(), lane)),
    ),
  ]
  return {
    async stop() {
      stopped.abort()
      await Promise.all(running)
    },
  }
}

type Action = (parts: LoadParts, n: number) => Promise<void>

/** A caller without a key cannot know what became of a request without an answer. */
const carelessly: Action = async (parts, n) => {
  const answer = await ask(parts.target, '/v1/operations/work/jobs', {
    method: 'POST',
    body: { n },
  })
  if (answer !== null && answer.status !== 503) await noteAccepted(parts, n, answer)
}

const carefully: Action = async (parts, n) => {
  await submit(parts, 'work', { n, takesMs: parts.random.between(0, 40) })
}

const narrowly: Action = async (parts, n) => {
  await submit(parts, 'narrow', { n, takesMs: parts.random.between(0, 20) })
}

const later: Action = async (parts, n) => {
  const delay = `${parts.random.between(20, 400)}ms`
  await submit(parts, 'work', { n }, { 'buzzer-delay': delay, 'buzzer-priority': '2' })
}

const waiting: Action = async (parts, n) => {
  const order = { n, takesMs: parts.random.between(0, 60) }
  await submit(parts, 'work', order, { prefer: 'wait=2' })
}

const failing: Action = async (parts, n) => {
  await submit(parts, 'work', { n, fails: parts.random.pick(['at first', 'always', 'for good']) })
}

/** Runs a failed job again. */
const reopening: Action = async (parts, n) => {
  const job = await submit(parts, 'work', { n, fails: 'for good' }, { prefer: 'wait=2' })
  if (job === null) return
  const answer = await ask(parts.target, `/v1/jobs/${job}/retry`, { method: 'POST' })
  if (answer?.status === 202) {
    const { run } = JSON.parse(answer.text) as JobDocument
    await parts.journal.write({ told: 'reopened', job, run })
  }
}

const cancelling: Action = async (parts, n) => {
  const headers = parts.random.pick([{ 'buzzer-delay': '300ms' }, {}])
  const job = await submit(parts, 'work', { n, takesMs: 150 }, headers)
  if (job === null) return
  const answer = await ask(parts.target, `/v1/jobs/${job}/cancel`, { method: 'POST' })
  if (answer?.status === 200 || answer?.status === 202) await noteState(parts, answer)
}

const watching: Action = async (parts, n) => {
  const job = await submit(parts, 'work', { n, pieces: parts.random.between(1, 6) })
  if (job === null) return
  const { target, journal, report } = parts
  const end = await followEvents(target, job, report)
  if (end !== null) await journal.write({ told: 'outcome', job, ...end })
}

/** Looks at something that was accepted at some time. */
const looking: Action = async (parts) => {
  const { accepted } = parts.journal
  if (accepted.length === 0) return
  const answer = await ask(parts.target, `/v1/jobs/${parts.random.pick(accepted)}`)
  if (answer?.status === 404) parts.report(`a job that was accepted is not found: ${answer.text}`)
  if (answer?.status === 200) await noteState(parts, answer)
}

const actions: readonly Action[] = [
  carelessly,
  carelessly,
  carefully,
  carefully,
  narrowly,
  later,
  waiting,
  waiting,
  failing,
  reopening,
  cancelling,
  watching,
  watching,
  looking,
]

/** One after the other, so that the order of acceptance is known. */
const inLane = async (parts: LoadParts, n: number, lane: number): Promise<void> => {
  const failure = parts.random.pick([{}, {}, { fails: 'at first' }, { fails: 'for good' }] as const)
  const order = { n, takesMs: parts.random.between(0, 30), ...failure }
  await submit(parts, 'lane', order, { 'buzzer-key': `lane-${lane}` })
}

interface JobDocument {
  readonly id: string
  readonly run: number
  readonly state: string
}

/**
 * Sends the same request under the same key until it is answered.
 *
 * @returns the job's id; null where the answer came so late that the job was past its retention
 */
async function submit(
  parts: LoadParts,
  operation: string,
  order: Order,
  headers: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  const request: Ask = {
    method: 'POST',
    headers: { 'idempotency-key': `order-${order.n}`, ...headers },
    body: order,
  }
  const path = `/v1/operations/${operation}/jobs`
  const send = async (): Promise<string | null> => {
    const answer = await askSurely(parts.target, path, request)
    return answer.status === 410 ? null : noteAccepted(parts, order.n, answer)
  }
  const job = await send()
  // Now and then a caller asks again, as one that lost the answer would.
  const again = parts.random.fraction() < 0.1 ? await send() : job
  if (job !== null && again !== null && again !== job) {
    parts.report(`one key stands for two jobs: ${job} and ${again}`)
  }
  return job
}

/** @returns the job's id */
async function noteAccepted(parts: LoadParts, n: number, answer: Answer): Promise<string> {
  const place = answer.headers.get('location') ?? answer.headers.get('content-location')
  const [, job] = /\/v1\/jobs\/(\w+)$/.exec(place ?? '') ?? []
  if (job === undefined)
    throw new Error(`a submission was answered ${answer.status} ${answer.text}`)
  await parts.journal.write({ told: 'accepted', job, n })
  if (answer.status === 200) {
    // The result itself, of the first run: nobody opens another one after a success.
    await parts.journal.write({ told: 'outcome', job, run: 1, state: 'succeeded' })
    const { n: given } = JSON.parse(answer.text) as Order
    if (given !== n) parts.report(`order ${n} was answered with the result of order ${given}`)
  }
  return job
}

async function noteState({ journal }: LoadParts, { text }: Answer): Promise<void> {
  const { id: job, run, state } = JSON.parse(text) as JobDocument
  if (!['succeeded', 'failed', 'cancelled'].includes(state)) return
  await journal.write({ told: 'outcome', job, run, state })
}
