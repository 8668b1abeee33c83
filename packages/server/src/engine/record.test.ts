import { expect, it } from 'vitest'
import type { Job } from '../core/job.ts'
import { channelTopic } from '../ports/bus.ts'
import type { RunOutcome } from '../ports/runner.ts'
import {
  done,
  failed,
  heldRuns,
  json,
  operation,
  untilAborted,
  type OperationWish,
  type Run,
} from './testing/operations.ts'
import { asker, createSimulation, submit, type Simulation } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import { bytesIn } from '../core/payload.ts'

const retry = { attempts: 3, delayMs: 1_000, factor: 2, maxDelayMs: 60_000 }

interface Story {
  readonly says: RunOutcome | 'nothing'
  /** What happens before the runner says something. */
  readonly first?: 'cancel' | 'timeout' | 'deadline' | 'drain'
  readonly wish?: OperationWish
}

const monitor = { url: 'http://127.0.0.1/status', polls: 0, giveUpAt: 1_900_000_000_000 }
const parked = (simulation: Simulation): RunOutcome => ({
  kind: 'parked',
  monitor,
  dueAt: simulation.clock.now() + 3_600_000,
})

/** Runs one attempt that goes as the story says. @returns the job right after it */
async function tell(simulation: Simulation, { says, first, wish }: Story): Promise<Job> {
  const { clock } = simulation
  let end: (outcome: RunOutcome) => void = () => {}
  const run: Run = () => new Promise((resolve) => void (end = resolve))
  const render = operation({ retry, timeoutMs: 10_000, run, ...wish })
  const node = await simulation.start({ operations: [render] })
  const deadlineAt = first === 'deadline' ? clock.now() + 5_000 : null
  const { id } = await submit(node, render, { deadlineAt })
  if (first === 'cancel') await node.engine.cancel(asker, id)
  if (first === 'timeout') await clock.advance(10_000)
  if (first === 'deadline') await clock.advance(5_000)
  const drained = first === 'drain' ? node.engine.drain(10_000) : null
  if (first === 'drain') await clock.advance(7_500)
  await promisesDone()
  if (says !== 'nothing') end(says)
  const graceMs = first === 'cancel' ? 5_000 : 250
  await clock.advance(says === 'nothing' ? graceMs : 0)
  if (drained !== null) await clock.until(drained)
  return simulation.job(id)
}

const queued = (attempt: number, wish: object = {}) => ({ state: 'queued', attempt, ...wish })
const gone = (code: string, deadLetter = false) => ({
  state: 'failed',
  error: { code },
  deadLetter,
})
const cutOff = failed({ retryable: false })

it.each<readonly [what: string, story: Story, becomes: object]>([
  ['a result', { says: done() }, { state: 'succeeded' }],
  ['a result after a cancel', { says: done(), first: 'cancel' }, { state: 'succeeded' }],
  ['a result after the timeout', { says: done(), first: 'timeout' }, { state: 'succeeded' }],
  ['a result after the deadline', { says: done(), first: 'deadline' }, { state: 'succeeded' }],
  ['a result at the shutdown', { says: done(), first: 'drain' }, { state: 'succeeded' }],
  ['a failure', { says: failed() }, queued(1)],
  ['a failure for good', { says: cutOff }, gone('handler-failed')],
  [
    'the last failure',
    { says: failed(), wish: { retry: { ...retry, attempts: 1 } } },
    gone('handler-failed', true),
  ],
  ['a failure after a cancel', { says: failed(), first: 'cancel' }, { state: 'cancelled' }],
  ['silence after a cancel', { says: 'nothing', first: 'cancel' }, { state: 'cancelled' }],
  ['a failure at the shutdown', { says: failed(), first: 'drain' }, queued(0)],
  ['silence at the shutdown', { says: 'nothing', first: 'drain' }, queued(0)],
  ['a failure after the timeout', { says: failed(), first: 'timeout' }, queued(1)],
  ['silence after the timeout', { says: 'nothing', first: 'timeout' }, queued(1)],
  [
    'a call that was cut off and must not be repeated',
    { says: cutOff, first: 'timeout' },
    gone('upstream-timeout'),
  ],
  ['a failure at the deadline', { says: failed(), first: 'deadline' }, gone('deadline-exceeded')],
  ['silence at the deadline', { says: 'nothing', first: 'deadline' }, gone('deadline-exceeded')],
  [
    'nothing begun',
    { says: failed({ begun: false, retryAfterMs: 4_000 }) },
    queued(0, { dueAt: 1_800_000_004_000, leasesLost: 0 }),
  ],
  [
    'nothing begun at the deadline',
    { says: failed({ begun: false }), first: 'deadline' },
    gone('deadline-exceeded'),
  ],
])('%s', async (_, story, becomes) => {
  await using simulation = await createSimulation()
  expect(await tell(simulation, story)).toMatchObject(becomes)
  expect(await simulation.store.upkeep.audit()).toEqual([])
})

it.each([null, 'drain', 'timeout'] as const)('parks what goes on outside (%s)', async (first) => {
  await using simulation = await createSimulation()
  const story = { says: parked(simulation), ...(first === null ? {} : { first }) }
  expect(await tell(simulation, story)).toMatchObject({ state: 'parked', attempt: 1, monitor })
})

it('cancels what would go on outside', async () => {
  await using simulation = await createSimulation()
  const job = await tell(simulation, { says: parked(simulation), first: 'cancel' })
  expect(job).toMatchObject({ state: 'cancelled' })
})

it('waits for a retry with full jitter, at least as long as was asked for', async () => {
  const waits = []
  for (let seed = 1; seed <= 40; seed += 1) {
    await using simulation = await createSimulation({ seed })
    const job = await tell(simulation, { says: failed({ retryAfterMs: 700 }) })
    waits.push(job.state === 'queued' ? job.dueAt - simulation.clock.now() : Infinity)
  }
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(700)
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_700)
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(500)
})

it('tries again until the attempts are used up, and keeps what each died of', async () => {
  await using simulation = await createSimulation()
  const run: Run = async ({ job }) =>
    failed({ error: { code: 'handler-failed', detail: `try ${job.attempt}` } })
  const render = operation({ retry, run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  const job = await simulation.outcome(id)
  expect(job).toMatchObject({ state: 'failed', attempt: 3, deadLetter: true })
  const { failures } = await node.engine.view(job)
  expect(failures.map(({ error }) => error.detail)).toEqual(['try 1', 'try 2', 'try 3'])
  expect(node.telemetry.count('retried')).toBe(2)
  expect(node.telemetry.count('ended')).toBe(1)
  expect(node.log.messages('warn')).toEqual(['job failed'])
})

it('counts a runner that throws as a failed attempt', async () => {
  await using simulation = await createSimulation()
  const run: Run = () => Promise.reject(new Error('A fault of the runner.'))
  const render = operation({ retry: { ...retry, attempts: 1 }, run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  expect(await simulation.outcome(id)).toMatchObject({
    error: { code: 'handler-failed', detail: 'A fault of the runner.' },
  })
})

it('changes nothing by an outcome that comes after its lease was lost', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ retry, run: runs.run, leaseMs: 3_000 })
  // The node lives, but its leases are not renewed, and it does not hear of it.
  const fault = (call: string) => (call === 'leases.inspect' ? 'before' : null)
  const first = await simulation.start({ operations: [render], fault })
  const { id } = await submit(first, render)
  await simulation.store.leases.serve(first.name, [])
  const second = await simulation.start({ operations: [render] })
  await clock.advance(4_500)
  expect(runs.attempts.map(({ job }) => job.fence)).toEqual([1, 2])
  runs.end(0, done('late'))
  await clock.advance(1_000)
  expect(await simulation.job(id)).toMatchObject({ state: 'running', fence: 2, leasesLost: 1 })
  runs.end(1, done('first'))
  await promisesDone()
  expect(await simulation.job(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  const result = await second.engine.result(id)
  expect(bytesIn(result?.body ?? new Uint8Array())).toEqual(new Uint8Array(json('first')))
  expect([first, second].map(({ telemetry }) => telemetry.count('lateOutcome'))).toEqual([1, 0])
})

it('counts an end once of which an upstream told twice, in its answer and by calling back', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  const result = { status: 204, mediaType: null, headers: [], body: new Uint8Array() }
  await simulation.clock.advance(10)
  await node.engine.finish({ id, run: 1, outcome: { kind: 'done', result } })
  await simulation.clock.advance(10)
  runs.end(0)
  await promisesDone()
  expect(node.telemetry.count('ended')).toBe(1)
  expect(node.telemetry.count('lateOutcome')).toBe(1)
  expect(await node.engine.result(id)).toMatchObject({ status: 204 })
})

it('tells of a cancel that came while a failure was on its way to the store', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ retry, run: runs.run })
  const delayMs = (call: string): number => (call === 'leases.settle' ? 100 : 0)
  const node = await simulation.start({ operations: [render], delayMs })
  const { id } = await submit(node, render)
  const hints: string[] = []
  simulation.bus.subscribe(
    channelTopic('default', 'operations/render'),
    () => void hints.push('outcome'),
  )
  runs.end(0, failed())
  await promisesDone()
  await node.engine.cancel(asker, id)
  await clock.advance(200)
  const job = await simulation.job(id)
  expect(job).toMatchObject({ state: 'cancelled', attempt: 1 })
  const told = node.telemetry.calls.filter(([name]) => name === 'retried' || name === 'ended')
  expect(told).toEqual([['ended', 'render', 'cancelled', expect.any(Number)]])
  expect(hints).toEqual(['outcome'])
})

it('tells an attempt that lost its lease to stop, and gives its slot to others', async () => {
  await using simulation = await createSimulation()
  let aborted: unknown = null
  const run: Run = (attempt) => {
    attempt.signal.addEventListener('abort', () => void (aborted ??= attempt.signal.reason))
    return untilAborted(attempt)
  }
  const render = operation({ retry, run, leaseMs: 2_000 })
  const node = await simulation.start({ operations: [render], slots: 1 })
  await submit(node, render)
  await simulation.store.leases.serve(node.name, [])
  await simulation.clock.advance(6_000)
  expect(String(aborted)).toBe('AbortError: The attempt was stopped: lost')
  expect(node.engine.runningOperations()).toEqual([])
  expect(node.telemetry.calls).toContainEqual(['attempted', 'render', expect.any(Number), 'lost'])
})
