import { expect, describe, it } from 'vitest'
import { forever, heldRuns, operation } from './testing/operations.ts'
import { createSimulation, submit, type Node, type Simulation } from './testing/simulation.ts'

/** A job in the only slot, so that others wait. */
async function busy(node: Node): Promise<void> {
  await submit(node, operation({ name: 'other', run: forever }))
}

async function queue(
  { clock }: Simulation,
  node: Node,
  count: number,
  of = operation({ name: 'work' }),
) {
  for (let index = 0; index < count; index += 1) await submit(node, of)
  await clock.advance(1)
}

const refusal = (node: Node, name = 'work') => node.engine.admission.refusal(name)

describe('admission', () => {
  it('refuses calls of an operation with a full backlog, and of no other', async () => {
    await using simulation = await createSimulation()
    const narrow = operation({ name: 'work', admission: { backlog: 3, ageMs: null } })
    const operations = [narrow, operation({ name: 'other', run: forever })]
    const node = await simulation.start({ operations, slots: 1 })
    await busy(node)
    await queue(simulation, node, 2, narrow)
    expect(node.engine.admission.isOpen).toBe(true)
    expect(refusal(node)).toBeNull()
    await queue(simulation, node, 1, narrow)
    expect(node.engine.admission.isOpen).toBe(false)
    expect(refusal(node)).toMatchObject({ reason: 'backlog', problem: { code: 'overloaded' } })
    expect(refusal(node, 'other')).toBeNull()
    expect(node.telemetry.calls).toContainEqual(['shed', 'work', 'backlog'])
  })

  it('counts only what is runnable, also where it came by another node', async () => {
    await using simulation = await createSimulation()
    const work = operation({ name: 'work' })
    const operations = [work, operation({ name: 'other', run: forever })]
    const admission = { backlog: 5, ageMs: null }
    const node = await simulation.start({ operations, slots: 1, admission })
    const second = await simulation.start({ operations, slots: 0, admission })
    await busy(node)
    const now = simulation.clock.now()
    for (let index = 0; index < 10; index += 1) {
      await submit(node, work, { key: 'k' })
      await submit(node, work, { notBefore: now + 3_600_000 })
    }
    await simulation.clock.advance(1_000)
    expect(refusal(node)).toBeNull()
    await queue(simulation, second, 4)
    await simulation.clock.advance(300)
    expect(refusal(second)).toMatchObject({ reason: 'backlog' })
    await simulation.clock.advance(300)
    await queue(simulation, node, 0)
    expect(node.engine.admission.isOpen).toBe(true)
    // It learns of them with the next call that it takes itself.
    await submit(node, work)
    await simulation.clock.advance(300)
    expect(refusal(node)).toMatchObject({ reason: 'backlog' })
  })

  it('opens again as soon as enough has been claimed, and says how long that takes', async () => {
    await using simulation = await createSimulation()
    const held = heldRuns()
    const work = operation({ name: 'work', run: held.run })
    const admission = { backlog: 20, ageMs: null }
    const node = await simulation.start({ operations: [work], slots: 2, admission })
    await queue(simulation, node, 22, work)
    expect(refusal(node)?.retryAfter).toBeGreaterThanOrEqual(40)
    // Ten a second.
    for (let index = 0; index < 10; index += 1) {
      held.end(index)
      await simulation.clock.advance(100)
      await submit(node, work)
    }
    expect(refusal(node)?.retryAfter).toBe(1)
    await queue(simulation, node, 100, work)
    await simulation.clock.advance(250)
    expect(refusal(node)?.retryAfter).toBeGreaterThan(8)
    for (let index = 10; index < 112; index += 1) {
      held.end(index)
      await simulation.clock.advance(1)
    }
    expect(refusal(node)).toBeNull()
  })

  it('refuses calls while the oldest runnable job waits for too long', async () => {
    await using simulation = await createSimulation()
    const work = operation({ name: 'work', admission: { backlog: null, ageMs: 5_000 } })
    const operations = [work, operation({ name: 'other', run: forever, timeoutMs: 20_000 })]
    const node = await simulation.start({ operations, slots: 1 })
    await busy(node)
    await queue(simulation, node, 1, work)
    await simulation.clock.advance(4_000)
    expect(refusal(node)).toBeNull()
    await queue(simulation, node, 1, work)
    await simulation.clock.advance(1_300)
    expect(refusal(node)).toMatchObject({ reason: 'age' })
  })

  it('asks the store only while calls come or are refused, and finds by itself that it is over', async () => {
    await using simulation = await createSimulation()
    let looks = 0
    const held = heldRuns()
    const work = operation({ name: 'work', run: held.run })
    const node = await simulation.start({
      operations: [work],
      slots: 1,
      admission: { backlog: 2, ageMs: null },
      fault: (call) => {
        looks += call === 'upkeep.depths' ? 1 : 0
        return null
      },
    })
    const looksWithin = async (ms: number): Promise<number> => {
      const before = looks
      await simulation.clock.advance(ms)
      return looks - before
    }
    // Others look as well, now and then.
    const idle = await looksWithin(60_000)
    expect(idle).toBeLessThan(60)
    const ids = []
    for (let index = 0; index < 3; index += 1) ids.push((await submit(node, work)).id)
    expect(refusal(node)).toMatchObject({ reason: 'backlog' })
    // Somebody else takes them away, while nobody calls.
    for (const id of ids.slice(1)) await simulation.store.jobs.cancel('default', id)
    expect(await looksWithin(1_500)).toBeGreaterThanOrEqual(1)
    expect(refusal(node)).toBeNull()
    expect(await looksWithin(60_000)).toBeLessThanOrEqual(idle + 2)
  })

  it('tells in the log once that it begins and once that it is over', async () => {
    await using simulation = await createSimulation()
    const work = operation({ name: 'work' })
    const operations = [work, operation({ name: 'other', run: forever, timeoutMs: 3_000 })]
    const admission = { backlog: 1, ageMs: null }
    const node = await simulation.start({ operations, slots: 1, admission })
    await busy(node)
    await queue(simulation, node, 1, work)
    for (let index = 0; index < 20; index += 1) {
      refusal(node)
      await simulation.clock.advance(50)
    }
    const told = () => node.log.messages().filter((message) => message.includes('refused'))
    expect(told()).toHaveLength(1)
    await simulation.clock.advance(10_000)
    expect(told()).toHaveLength(2)
    expect(node.log.lines.find(({ message }) => message.includes('no longer'))?.fields).toEqual({
      forMs: 950,
      refused: { 'work: backlog': 20 },
    })
  })

  it.each([
    ['takes less in while jobs wait that have slots and half may', undefined, 300, 'node'],
    ['takes in what waits for handlers', forever, 300, undefined],
    ['takes in whatever comes where much more may wait', undefined, 10_000, undefined],
  ])('%s', async (_, run, backlog, reason) => {
    await using simulation = await createSimulation()
    const admission = { backlog, ageMs: null }
    const work = operation({ name: 'work', admission, ...(run === undefined ? {} : { run }) })
    const operations = [work]
    const asking = simulation.node({ operations })
    for (let index = 0; index < 280; index += 1) await submit(asking, work)
    const node = await simulation.start({ operations, slots: 8, delayMs: () => 10 })
    await simulation.clock.advance(150)
    const underWay = [1, 2, 3, 4].map(() => submit(node, work))
    expect(refusal(node)?.reason).toBe(reason)
    await simulation.clock.until(Promise.all(underWay))
    // What was accepted has been begun, and nothing waits.
    if (run === undefined) await simulation.clock.advance(5_000)
    expect(refusal(node)).toBeNull()
  })

  it('lets callers wait for their answers while it is busy', async () => {
    await using simulation = await createSimulation()
    const work = operation({ name: 'work' })
    const operations = [work, operation({ name: 'other', run: forever })]
    const admission = { backlog: 1, ageMs: null }
    let share = 0.5
    const busyShare = () => share
    const node = await simulation.start({ operations, slots: 1, admission, busyShare })
    await busy(node)
    await queue(simulation, node, 1, work)
    const holds = () => Array.from({ length: 200 }, () => refusal(node)?.holdMs ?? -1)
    expect(new Set(holds())).toEqual(new Set([0]))
    share = 1
    await simulation.clock.advance(100)
    // Not all of them as long.
    expect(new Set(holds()).size).toBeGreaterThan(100)
    await simulation.clock.advance(100)
    expect(Math.max(...holds())).toBeGreaterThan(40)
    share = 0.5
    await simulation.clock.advance(100)
    holds()
    await simulation.clock.advance(100)
    expect(new Set(holds())).toEqual(new Set([0]))
  })
})
