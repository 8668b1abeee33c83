import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JobId } from '@buzzer/contract'
import { done, heldRuns, operation, type Run } from './testing/operations.ts'
import { createSimulation, submit, type Fault, type Simulation } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

interface Wrote {
  readonly at: number
}

/** A node whose notes are counted, with one attempt under way. */
async function talking(simulation: Simulation, fault: () => Fault = () => null) {
  const { clock } = simulation
  const runs = heldRuns()
  const notes: Wrote[] = []
  const render = operation({ run: runs.run, timeoutMs: 60_000 })
  const node = await simulation.start({
    operations: [render],
    fault(call) {
      if (call !== 'leases.note') return null
      notes.push({ at: clock.now() })
      return fault()
    },
  })
  const { id } = await submit(node, render)
  const [attempt] = runs.attempts
  if (attempt === undefined) throw new Error('It did not start.')
  return { id, attempt, notes, end: () => runs.end(0) }
}

const piecesOf = async (simulation: Simulation, id: JobId): Promise<unknown[]> => {
  const pieces = await simulation.store.payloads.pieces(id, 0, 10_000)
  return pieces.map(({ json }) => JSON.parse(json) as unknown)
}

it('writes the first progress at once and later ones at most four times a second', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const { id, attempt, notes } = await talking(simulation)
  void attempt.progress(0, 'begins')
  await promisesDone()
  expect(await simulation.job(id)).toMatchObject({ progress: { percent: 0, message: 'begins' } })
  for (let percent = 1; percent <= 100; percent += 1) {
    void attempt.progress(percent, null)
    await clock.advance(20)
  }
  await clock.advance(250)
  expect(notes.length).toBeLessThanOrEqual(10)
  expect(await simulation.job(id)).toMatchObject({ progress: { percent: 100 } })
  const gaps = notes.slice(1).map(({ at }, index) => at - (notes[index]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250)
})

it('writes pieces together, in their order, each with an offset of its own', async () => {
  await using simulation = await createSimulation()
  const { id, attempt, notes, end } = await talking(simulation)
  for (let number = 0; number < 100; number += 1) await attempt.output({ number })
  await simulation.clock.advance(500)
  expect(notes).toHaveLength(2)
  const pieces = await simulation.store.payloads.pieces(id, 0, 1_000)
  expect(pieces.map(({ json, index }) => [json, index])).toEqual(
    Array.from({ length: 100 }, (_, number) => [JSON.stringify({ number }), number]),
  )
  const versions = pieces.map(({ version }) => version)
  expect(versions).toEqual(Array.from({ length: 100 }, (_, index) => index + 3))
  end()
  expect(await simulation.outcome(id)).toMatchObject({ state: 'succeeded', version: 103 })
})

it('lets a handler wait that is faster than the store', async () => {
  await using simulation = await createSimulation()
  const { id, attempt } = await talking(simulation)
  const big = 'x'.repeat(400_000)
  let given = 0
  const giving = (async () => {
    for (; given < 20; given += 1) await attempt.output(big)
  })()
  await simulation.clock.until(giving)
  await simulation.clock.advance(250)
  expect(await piecesOf(simulation, id)).toHaveLength(20)
})

it('fails an output that is larger than all that is kept, counted in bytes', async () => {
  await using simulation = await createSimulation()
  const { id, attempt } = await talking(simulation)
  const twoBytesEach = 'é'.repeat(6_000_000)
  await simulation.clock.until(attempt.output(twoBytesEach))
  await simulation.clock.until(attempt.output(twoBytesEach))
  await expect(attempt.output(twoBytesEach)).rejects.toThrow(/more than/)
  await simulation.clock.advance(1_000)
  expect(await simulation.job(id)).toMatchObject({ state: 'running' })
})

it('writes what is left before the outcome, also where the handler awaited nothing', async () => {
  await using simulation = await createSimulation()
  let notes = 0
  const late = await talking(simulation, () => {
    notes += 1
    return notes > 1 && notes < 5 ? 'before' : null
  })
  // One flush is under way because there is too much, and the end finds it so.
  const said = ['x', 'y', 'z'].map((letter) => letter.repeat(600_000))
  for (const piece of [...said, 'last']) void late.attempt.output(piece)
  late.end()
  expect(await simulation.outcome(late.id)).toMatchObject({ state: 'succeeded' })
  const letters = (await piecesOf(simulation, late.id)).map((piece) => String(piece)[0])
  expect(letters).toEqual(['x', 'y', 'z', 'l'])
})

it('keeps nothing that is said after the end', async () => {
  await using simulation = await createSimulation()
  const { id, attempt, notes, end } = await talking(simulation)
  end()
  const { version } = await simulation.outcome(id)
  await attempt.progress(50, 'late')
  await attempt.output('late')
  await simulation.clock.advance(1_000)
  expect(notes).toHaveLength(0)
  expect(await simulation.job(id)).toMatchObject({ version })
})

it('stops an attempt whose note is refused', async () => {
  await using simulation = await createSimulation()
  const { id, attempt } = await talking(simulation)
  const { signal } = attempt
  const { tenant } = await simulation.job(id)
  const lease = { id, fence: attempt.job.fence }
  const next = { ...attempt.job, state: 'cancelled', finishedAt: simulation.clock.now() } as const
  await simulation.store.leases.settle({ lease, next, result: null, failure: null })
  await attempt.progress(1, null)
  await promisesDone()
  expect(signal.aborted).toBe(true)
  expect(tenant).toBe('default')
})

it('loses and doubles no piece, however a handler talks and the store fails', async () => {
  const talk = fc.array(
    fc.record({
      waitMs: fc.constantFrom(0, 0, 1, 100, 250, 400),
      size: fc.constantFrom(1, 10, 700_000),
      awaited: fc.boolean(),
      progress: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  const property = fc.asyncProperty(talk, fc.integer(), async (words, seed) => {
    await using simulation = await createSimulation({ seed })
    const { clock, random } = simulation
    const run: Run = async (attempt) => {
      for (const [index, { waitMs, size, awaited, progress }] of words.entries()) {
        if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve))
        if (progress) void attempt.progress(index, null)
        const room = attempt.output([index, 'x'.repeat(size)])
        if (awaited) await room
      }
      return done()
    }
    const render = operation({ run, timeoutMs: 600_000 })
    const fault = (call: string): Fault =>
      call === 'leases.note' && random.chance(0.2)
        ? random.chance(0.5)
          ? 'before'
          : 'after'
        : null
    const node = await simulation.start({
      operations: [render],
      fault,
      delayMs: () => random.between(0, 3),
    })
    const { id } = await clock.until(submit(node, render))
    expect(await simulation.outcome(id)).toMatchObject({ state: 'succeeded' })
    const pieces = (await piecesOf(simulation, id)) as [number, string][]
    expect(pieces.map(([index]) => index)).toEqual(words.map((_, index) => index))
  })
  await fc.assert(property, { numRuns: 40 })
})
