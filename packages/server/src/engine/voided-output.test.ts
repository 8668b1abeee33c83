import { expect, it } from 'vitest'
import type { Job } from '../core/job.ts'
import type { JobEvent } from './job-event.ts'
import { done, failed, heldRuns, operation } from './testing/operations.ts'
import { createSimulation, submit, type Node } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const leaseMs = 3_000
const retry = { attempts: 2, delayMs: 0, factor: 1, maxDelayMs: 0 }

interface Reader {
  readonly events: JobEvent[]
  stop(): void
}

function follow(node: Node, job: Job, since = 0): Reader {
  const events: JobEvent[] = []
  const controller = new AbortController()
  void (async () => {
    for await (const event of node.engine.watch(job, since, controller.signal)) events.push(event)
  })()
  return { events, stop: () => controller.abort() }
}

/** What a reader holds who adds up the pieces and throws them away where it is told to. */
function heldBy(...events: readonly JobEvent[]): unknown[] {
  let held: unknown[] = []
  for (const event of events) {
    if (event.type === 'job.retrying') held = []
    if (event.type === 'job.output') held.push(event.output.piece)
  }
  return held
}

// Each ends the first attempt in its own way; a lease that was lost or given back costs none.
it.each([
  ['failed', null],
  ['lost its lease', (node: Node) => node.vanish()],
  ['was given back at a shutdown', (node: Node) => node.engine.drain(0)],
] as const)('readers throw away the pieces of an attempt that %s', async (_, end) => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run, leaseMs, retry })
  const first = await simulation.start({ operations: [render] })
  const job = await submit(first, render)
  const second = await simulation.start({ operations: [render] })
  const live = follow(second, job)
  const left = follow(second, job)
  for (const piece of ['a', 'b', 'c']) void runs.attempts[0]?.output(piece)
  await clock.advance(2_500)
  left.stop()
  if (end === null) runs.end(0, failed())
  else void end(first)
  await clock.advance(4 * leaseMs)
  // The second attempt says less than the first.
  void runs.attempts[1]?.output('A')
  await clock.advance(2_500)

  const cursor = left.events.at(-1)?.offset ?? 0
  expect(heldBy(...left.events)).toEqual(['a', 'b', 'c'])
  const back = follow(second, job, cursor)
  await clock.advance(100)
  runs.end(1, done())
  await simulation.outcome(job.id)
  await clock.advance(2_500)
  const late = follow(second, await simulation.outcome(job.id), cursor)
  await promisesDone()
  expect(heldBy(...live.events)).toEqual(['A'])
  expect(heldBy(...left.events, ...back.events)).toEqual(['A'])
  expect(heldBy(...left.events, ...late.events)).toEqual(['A'])

  // Whoever has been told comes back without being told again, and others have nothing to lose.
  const told = back.events.find(({ type }) => type === 'job.retrying')?.offset
  expect(told).toBeGreaterThan(cursor)
  for (const since of [0, told ?? 0]) {
    const again = follow(second, await simulation.outcome(job.id), since)
    await promisesDone()
    expect(again.events.map(({ type }) => type)).toEqual([
      'job.snapshot',
      'job.output',
      'job.succeeded',
    ])
  }
})
