import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isOutcome, type Job } from '../core/job.ts'
import { done, failed, heldRuns, operation, type Run } from './testing/operations.ts'
import {
  asker,
  createSimulation,
  submit,
  type Node,
  type Simulation,
} from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import type { JobEvent } from './job-event.ts'
import { JobGone } from './watch.ts'

interface Watcher {
  readonly events: readonly JobEvent[]
  readonly over: Promise<void>
  stop(): void
}

/** Reads a job until its end, or until it is stopped or has read `atMost` events. */
function watch(node: Node, job: Job, since = 0, atMost = Infinity): Watcher {
  const events: JobEvent[] = []
  const controller = new AbortController()
  const read = async (): Promise<void> => {
    for await (const event of node.engine.watch(job, since, controller.signal)) {
      events.push(event)
      if (events.length >= atMost) return
    }
  }
  return { events, over: read(), stop: () => controller.abort() }
}

const typesOf = ({ events }: Watcher): string[] => events.map(({ type }) => type)
const piecesOf = (events: readonly JobEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'job.output' ? [event.output.piece] : []))

it('tells a life from the first look to the end, with the result in line', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({
    run: runs.run,
    retry: { attempts: 3, delayMs: 1_000, factor: 1, maxDelayMs: 1_000 },
  })
  const node = await simulation.start({ operations: [render] })
  const job = await submit(node, render, { notBefore: clock.now() + 1_000 })
  const before = clock.pending
  const watcher = watch(node, job)
  await clock.advance(1_000)
  void runs.attempts[0]?.output('void')
  await promisesDone()
  runs.end(0, failed())
  await clock.advance(1_000)
  void runs.attempts[1]?.progress(50, 'half')
  void runs.attempts[1]?.output('one')
  await clock.advance(250)
  runs.end(1, done('all'))
  await clock.until(watcher.over)
  expect(typesOf(watcher)).toEqual([
    'job.snapshot',
    'job.running',
    'job.output',
    'job.retrying',
    'job.running',
    'job.progress',
    'job.output',
    'job.succeeded',
  ])
  expect(watcher.events.at(-1)).toMatchObject({ result: { status: 200 } })
  expect(clock.pending).toBeLessThanOrEqual(before)
})

it('gives snapshot, missing pieces and end of a job that has ended', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const run: Run = async (attempt) => {
    for (const piece of ['a', 'b', 'c']) await attempt.output(piece)
    return done('x'.repeat(70_000))
  }
  const render = operation({ run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  const job = await simulation.outcome(id)
  const whole = watch(node, job)
  await clock.until(whole.over)
  expect(typesOf(whole)).toEqual([
    'job.snapshot',
    ...Array.from({ length: 3 }, () => 'job.output'),
    'job.succeeded',
  ])
  expect(whole.events.at(-1)).toMatchObject({ offset: job.version, result: null })
  const rest = watch(node, job, whole.events[2]?.offset)
  await clock.until(rest.over)
  expect(piecesOf(rest.events)).toEqual(['c'])
})

it('gives all that was put out, page after page, and no more than is read', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const wide = 'x'.repeat(20_000)
  const sizes = [1, 20_000, 3, 1, 7]
  const run: Run = async (attempt) => {
    for (let index = 0; index < 1_500; index += 1) {
      await attempt.output([index, wide.slice(0, index > 600 ? 1 : sizes[index % 5])])
    }
    return done()
  }
  const render = operation({ run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  const watcher = watch(node, await simulation.outcome(id))
  await clock.until(watcher.over)
  const indexes = piecesOf(watcher.events).map((piece) => (piece as [number, string])[0])
  expect(indexes).toEqual(Array.from({ length: 1_500 }, (_, index) => index))
})

it('hears nothing of hints and still tells all', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const watcher = watch(node, await submit(node, render))
  await simulation.clock.advance(100)
  void runs.attempts[0]?.output('piece')
  runs.end(0)
  await simulation.clock.until(watcher.over, 2_500)
  expect(typesOf(watcher)).toEqual(['job.snapshot', 'job.output', 'job.succeeded'])
})

it('has an offset for the end above that of a new attempt, though both came between two looks', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const runs = heldRuns()
  const render = operation({
    run: runs.run,
    retry: { attempts: 2, delayMs: 0, factor: 1, maxDelayMs: 0 },
  })
  const node = await simulation.start({ operations: [render] })
  const watcher = watch(node, await submit(node, render))
  await simulation.clock.advance(100)
  runs.end(0, failed())
  await simulation.clock.advance(1_000)
  runs.end(1, done())
  await simulation.clock.until(watcher.over, 2_500)
  expect(typesOf(watcher)).toEqual(['job.snapshot', 'job.retrying', 'job.succeeded'])
  const [, retrying, succeeded] = watcher.events.map(({ offset }) => offset)
  // Whoever was cut off between the two is told the end when it comes back.
  expect(retrying).toBeLessThan(succeeded ?? 0)
})

it('gives progress that came after a piece an offset of its own, though both came between two looks', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const watcher = watch(node, await submit(node, render))
  const [run] = runs.attempts
  void run?.progress(10, null)
  await simulation.clock.advance(2_000)
  void run?.output('a')
  await simulation.clock.advance(300)
  void run?.progress(20, null)
  await simulation.clock.advance(300)
  void run?.progress(30, null)
  void run?.output('b')
  await simulation.clock.advance(2_000)
  runs.end(0, done())
  await simulation.clock.until(watcher.over, 2_500)
  const told = watcher.events.map(({ type, offset }) => `${type} ${offset}`)
  expect(told).toEqual([
    'job.snapshot 2',
    'job.progress 3',
    'job.output 4',
    'job.progress 6',
    'job.output 7',
    'job.succeeded 8',
  ])
})

it('ends when its reader goes, and says so when the job was erased meanwhile', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const job = await submit(node, render)
  const gone = watch(node, job)
  await promisesDone()
  gone.stop()
  await simulation.clock.until(gone.over, 0)
  expect(typesOf(gone)).toEqual(['job.snapshot'])
  runs.end(0)
  await promisesDone()
  await node.engine.erase(asker, job.id)
  await expect(watch(node, job).over).rejects.toThrow(JobGone)
})

// ── Random lives ─────────────────────────────────────────────────────────────────────────────

interface Step {
  readonly waitMs: number
  readonly says: 'piece' | 'progress'
}

interface Try {
  readonly steps: readonly Step[]
  readonly ends: 'fails' | 'hangs' | 'is done' | 'vanishes'
}

const step = fc.record({
  waitMs: fc.constantFrom(0, 0, 1, 60, 250, 300),
  says: fc.constantFrom('piece', 'piece', 'progress'),
})
const attempt = fc.record({
  steps: fc.array(step, { maxLength: 8 }),
  ends: fc.constantFrom('fails', 'hangs', 'is done', 'vanishes'),
})
const life = fc.record({
  tries: fc.array(attempt, { minLength: 1, maxLength: 4 }),
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: null }),
  readers: fc.array(
    fc.record({
      joinsAtMs: fc.integer({ min: 0, max: 6_000 }),
      leavesAfter: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  hints: fc.constantFrom(0, 0.5, 1),
  seed: fc.integer(),
})
type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never

/** A runner that plays one try after the other, and says what each has put out. */
function playing(simulation: Simulation, tries: readonly Try[], onVanish: () => void) {
  const said: string[][] = []
  const run: Run = async (port) => {
    const mine: string[] = []
    const current = tries[said.length] ?? { steps: [], ends: 'is done' }
    said.push(mine)
    for (const { waitMs, says } of current.steps) {
      if (waitMs > 0) await new Promise<void>((end) => void simulation.clock.after(waitMs, end))
      if (port.signal.aborted) break
      if (says === 'progress') await port.progress(mine.length, null)
      else {
        mine.push(`${said.length}.${mine.length}`)
        await port.output(mine.at(-1))
      }
    }
    if (current.ends === 'vanishes') onVanish()
    if (current.ends === 'hangs' || current.ends === 'vanishes') return new Promise(() => {})
    return current.ends === 'fails' ? failed() : done()
  }
  return { run, said }
}

/** Joins, leaves after some events, and joins again with its cursor until the end. */
async function follow(node: Node, job: Job, leavesAfter: number): Promise<JobEvent[][]> {
  const visits: JobEvent[][] = []
  for (let cursor = 0; ;) {
    const watcher = watch(node, job, cursor, visits.length < 40 ? leavesAfter : Infinity)
    await watcher.over
    visits.push([...watcher.events])
    const last = watcher.events.at(-1)
    if (last === undefined || isEnd(last)) return visits
    // The snapshot stands above the pieces that follow it, so it moves no cursor.
    cursor = toldBy(watcher).at(-1)?.offset ?? cursor
  }
}

const toldBy = (watcher: { readonly events: readonly JobEvent[] }): readonly JobEvent[] =>
  watcher.events.filter(({ type }) => type !== 'job.snapshot')

const isEnd = ({ type }: JobEvent): boolean =>
  type === 'job.succeeded' || type === 'job.failed' || type === 'job.cancelled'

async function live(simulation: Simulation, { tries, readers, cancelAtMs }: Life) {
  const { clock, random } = simulation
  const player = playing(simulation, tries, () => void first.vanish())
  const render = operation({
    run: player.run,
    timeoutMs: 4_000,
    leaseMs: 1_500,
    retry: { attempts: 5, delayMs: 200, factor: 1, maxDelayMs: 200 },
  })
  // More slots than attempts: those that hang keep theirs.
  const wish = { operations: [render], slots: 8, delayMs: () => random.between(0, 3) }
  const first = await simulation.start({ ...wish })
  const second = await simulation.start({ ...wish })
  // Far from the store, so that much happens between its question and the answer.
  const reader = simulation.node({ operations: [], delayMs: () => random.between(0, 120) })
  const job = await clock.until(submit(reader, render))
  if (cancelAtMs !== null) clock.after(cancelAtMs, () => void second.engine.cancel(asker, job.id))
  const followed = readers.map(async ({ joinsAtMs, leavesAfter }) => {
    await new Promise<void>((resolve) => void clock.after(joinsAtMs, resolve))
    return follow(reader, job, leavesAfter)
  })
  const visits = await clock.until(Promise.all(followed))
  return {
    visits: visits.flat(2),
    perReader: visits,
    said: player.said,
    end: await simulation.job(job.id),
  }
}

/** What a reader holds in the end who drops all pieces when an attempt is tried again. */
function assembled(visits: readonly (readonly JobEvent[])[]): unknown[] {
  const told = visits.flat()
  const voidedAt = told.findLastIndex(
    ({ type }) => type === 'job.retrying' || type === 'job.queued',
  )
  return piecesOf(told.slice(voidedAt + 1))
}

it('tells every life in order, whoever reads when and however often', async () => {
  const property = fc.asyncProperty(life, async (wish) => {
    await using simulation = await createSimulation({
      seed: wish.seed,
      loses: () => simulation.random.chance(1 - wish.hints),
    })
    const { perReader, said, end } = await live(simulation, wish)
    expect(isOutcome(end)).toBe(true)
    const kept = (await simulation.store.payloads.pieces(end.id, 0, 1_000)).map(
      ({ json }) => JSON.parse(json) as unknown,
    )
    if (end.state === 'succeeded') expect(kept).toEqual(said.at(-1))
    for (const visits of perReader) {
      for (const [snapshot, ...told] of visits) {
        expect(snapshot?.type).toBe('job.snapshot')
        expect(told.every(({ type }) => type !== 'job.snapshot')).toBe(true)
        const offsets = told.map(({ offset }) => offset)
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
      }
      // One end, at the very end, at the job's last version.
      const ends = visits.flat().filter(isEnd)
      expect(ends).toMatchObject([{ type: `job.${end.state}`, offset: end.version }])
      // A reader that was away while an attempt was voided knows by the attempt of the pieces.
      const held = assembled(visits).filter((piece) => kept.includes(piece))
      expect(held).toEqual(kept)
    }
  })
  await fc.assert(property, { numRuns: 60 })
})
