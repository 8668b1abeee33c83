import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchState } from '../core/batch.ts'
import type { Batch } from '../ports/batches.ts'
import { StoreUnavailable } from '../ports/store.ts'
import { untilBatchEnd } from './find-batch.ts'
import { done, failed, heldRuns, operation } from './testing/operations.ts'
import { asker, createSimulation, submission, type Node } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import type { BatchEvent } from './batch-event.ts'
import { BatchGone } from './watch-batch.ts'

const order = operation({ name: 'order' })

async function accept(
  { engine }: Node,
  entries: readonly ReturnType<typeof submission>[],
): Promise<Batch> {
  const accepted = await engine.batches.accept({
    ...asker,
    client: null,
    entries,
    idempotency: null,
    callback: null,
  })
  if (accepted.kind === 'refused') throw new Error(accepted.problem.detail)
  return accepted.batch
}

const many = (count: number, of = order) => Array.from({ length: count }, () => submission(of))

it('runs all of a batch by the ordinary claimer, and says when it was over', async () => {
  await using simulation = await createSimulation()
  const node = await simulation.start({ operations: [order], slots: 3 })
  const batch = await accept(node, many(20))
  expect(batch.tally.counts.queued).toBe(20)
  const patience = { until: untilBatchEnd, timeoutMs: 30_000, signal: null }
  const found = await simulation.clock.until(node.engine.batches.wait(asker, batch.id, patience))
  if (found.kind === 'problem') throw new Error(found.problem.detail)
  expect(batchState(found.batch.tally)).toBe('succeeded')
})

it('gives a waiter what there is when its time is over, or it goes away', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const held = operation({ name: 'held', run: runs.run })
  const node = await simulation.start({ operations: [held] })
  const batch = await accept(node, many(1, held))
  const gone = new AbortController()
  const wait = (timeoutMs: number, signal: AbortSignal | null) =>
    node.engine.batches.wait(asker, batch.id, { until: untilBatchEnd, timeoutMs, signal })
  const late = await simulation.clock.until(wait(5_000, null))
  expect(late).toMatchObject({ kind: 'found', batch: { tally: { counts: { running: 1 } } } })
  const leaving = wait(50_000, gone.signal)
  await promisesDone()
  gone.abort()
  expect((await leaving).kind).toBe('found')
  expect((await node.engine.batches.find({ tenant: 'other' }, batch.id)).kind).toBe('problem')
  runs.end(0, done())
  await promisesDone()
})

it('claims nothing of a batch whose acceptance nobody can vouch for', async () => {
  await using simulation = await createSimulation()
  const fault = (call: string) => (call === 'batches.accept' ? 'before' : null)
  const node = await simulation.start({ operations: [order], fault })
  await expect(accept(node, many(3))).rejects.toBeInstanceOf(StoreUnavailable)
  const query = { tenant: asker.tenant, operation: null, states: null, tag: null }
  const rest = { deadLetter: null, createdAfter: null, createdBefore: null, limit: 9, cursor: null }
  expect((await simulation.store.jobs.list({ ...query, ...rest })).items).toEqual([])
})

it('tells every reader each outcome once and in order, wherever it is cut, without any hint', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), cuts, async (count, lengths) => {
      await using simulation = await createSimulation({ loses: () => true })
      const mixed = operation({
        name: 'mixed',
        retry: { attempts: 1, delayMs: 1, factor: 1, maxDelayMs: 1 },
        run: async ({ job }) => (job.priority === 0 ? failed() : done()),
      })
      const node = await simulation.start({ operations: [mixed], slots: 2 })
      const entries = Array.from({ length: count }, (_, at) =>
        submission(mixed, { priority: at % 3 === 0 ? 0 : 4 }),
      )
      const batch = await accept(node, entries)
      const events = await simulation.clock.until(readInPieces(node, batch, [...lengths]))
      expect(events.map(({ offset }) => offset)).toEqual(
        Array.from({ length: count + 1 }, (_, at) => at + 1),
      )
      const told = events.flatMap((event) => (event.kind === 'outcome' ? [event.job] : []))
      expect(told.toSorted()).toEqual(batch.jobs.toSorted())
      expect(events.at(-1)).toMatchObject({ kind: 'batch-end', state: 'failed' })
      const now = await node.engine.batches.find(asker, batch.id)
      if (now.kind === 'problem') throw new Error(now.problem.detail)
      expect(await node.engine.batches.sawTheEnd(now.batch, count)).toBe(false)
      expect(await node.engine.batches.sawTheEnd(now.batch, count + 1)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

/** Reads that many events, goes away and comes back with its cursor, until the end. */
async function readInPieces(
  { engine }: Node,
  batch: Batch,
  lengths: number[],
): Promise<readonly BatchEvent[]> {
  const events: BatchEvent[] = []
  while (events.at(-1)?.kind !== 'batch-end') {
    const length = lengths.shift() ?? Infinity
    const since = events.at(-1)?.offset ?? 0
    const controller = new AbortController()
    let taken = 0
    for await (const event of engine.batches.watch(batch, since, controller.signal)) {
      if (event.kind === 'snapshot') {
        expect(event.offset).toBe(since)
        continue
      }
      events.push(event)
      taken += 1
      if (taken >= length) break
    }
  }
  return events
}

it('tells all to a reader whose batch ends while it looks how that stands', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const held = operation({ name: 'held', run: runs.run })
  const delayMs = (call: string): number => (call === 'batches.read' ? 1_000 : 0)
  const node = await simulation.start({ operations: [held], delayMs })
  const batch = await accept(node, many(1, held))
  const { signal } = new AbortController()
  const reading = Array.fromAsync(node.engine.batches.watch(batch, 0, signal))
  // The channel is empty by now, and the question how the batch stands is on its way.
  await promisesDone()
  runs.end(0, done())
  const events = await simulation.clock.until(reading)
  expect(events.map(({ kind }) => kind)).toEqual(['snapshot', 'outcome', 'batch-end'])
})

it('lets a reader go whose batch left its retention', async () => {
  await using simulation = await createSimulation()
  const node = await simulation.start({ operations: [order] })
  const batch = await accept(node, many(2))
  await simulation.clock.advance(3_000)
  const all = { jobsMs: -60_000, tombstonesMs: 60_000, eventsMs: 60_000, deliveriesMs: 60_000 }
  while ((await simulation.store.batches.read(batch.id)).kind === 'found') {
    await simulation.store.upkeep.retain(all, 100)
  }
  const reading = async (): Promise<void> => {
    for await (const event of node.engine.batches.watch(batch, 0, AbortSignal.timeout(60_000))) {
      expect(event.kind).toBe('snapshot')
    }
  }
  await expect(simulation.clock.until(reading())).rejects.toBeInstanceOf(BatchGone)
  const found = await node.engine.batches.find(asker, batch.id)
  expect(found).toMatchObject({ kind: 'problem', problem: { code: 'batch-expired' } })
})

it('counts the room that a batch takes on its way to the store, as that of single calls', async () => {
  await using simulation = await createSimulation()
  const delayMs = (call: string): number => (call === 'batches.accept' ? 50 : 0)
  const node = await simulation.start({ operations: [order], delayMs })
  const body = new Uint8Array(60_000)
  const input = { mediaType: 'application/json', body, request: null }
  const entries = many(850).map((entry) => ({ ...entry, input }))
  expect(node.engine.admission.isOpen).toBe(true)
  const accepting = accept(node, entries)
  await promisesDone()
  expect(node.engine.admission.isOpen).toBe(false)
  await simulation.clock.until(accepting)
  expect(node.engine.admission.isOpen).toBe(true)
})
