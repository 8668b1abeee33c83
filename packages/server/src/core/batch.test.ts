import { jobStates, type JobState } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchState, hasEnded, tallyOf, type BatchShare } from './batch.ts'

const aState = fc.constantFrom<JobState>(...jobStates)
const aShare: fc.Arbitrary<BatchShare> = fc.record({
  state: aState,
  hasStarted: fc.boolean(),
  count: fc.integer({ min: 1, max: 50 }),
})
const shares = fc.array(aShare, { minLength: 1, maxLength: 20 })

it.each<[JobState[], string]>([
  [['queued', 'queued'], 'queued'],
  [['queued', 'running'], 'running'],
  [['input_required'], 'running'],
  [['succeeded', 'queued'], 'running'],
  [['succeeded', 'succeeded'], 'succeeded'],
  [['succeeded', 'cancelled'], 'cancelled'],
  [['cancelled', 'failed', 'succeeded'], 'failed'],
  [['failed', 'queued'], 'running'],
])('is of %s: %s', (states, expected) => {
  const tally = tallyOf(
    states.map((state) => ({ state, hasStarted: state !== 'queued', count: 1 })),
  )
  expect(batchState(tally)).toBe(expected)
})

it('loses no job, and puts shares together in any order', () => {
  fc.assert(
    fc.property(shares, (some) => {
      const tally = tallyOf(some)
      const total = Object.values(tally.counts).reduce((sum, count) => sum + count, 0)
      expect(total).toBe(some.reduce((sum, { count }) => sum + count, 0))
      expect(tallyOf(some.toReversed())).toEqual(tally)
      const [head, tail] = [tallyOf(some.slice(0, 3)), tallyOf(some.slice(3))]
      const joined = jobStates.map((state) => head.counts[state] + tail.counts[state])
      expect(joined).toEqual(jobStates.map((state) => tally.counts[state]))
    }),
  )
})

it('ends exactly when all of its jobs have, and then stays whatever else is said of them', () => {
  fc.assert(
    fc.property(shares, (some) => {
      const tally = tallyOf(some)
      const isOver = some.every(({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state))
      expect(hasEnded(tally)).toBe(isOver)
      expect(['succeeded', 'failed', 'cancelled'].includes(batchState(tally))).toBe(isOver)
      if (!isOver) return
      const touched = tallyOf(some.map((share) => ({ ...share, hasStarted: !share.hasStarted })))
      expect(batchState(touched)).toBe(batchState(tally))
    }),
  )
})

it('is queued only while no job of it has started', () => {
  fc.assert(
    fc.property(shares, (some) => {
      const tally = tallyOf(some)
      if (hasEnded(tally)) return
      const started = some.some(({ hasStarted }) => hasStarted)
      expect(batchState(tally)).toBe(started ? 'running' : 'queued')
    }),
  )
})

it('succeeds only where every job of it did', () => {
  fc.assert(
    fc.property(shares, (some) => {
      const all = some.every(({ state }) => state === 'succeeded')
      expect(batchState(tallyOf(some)) === 'succeeded').toBe(all)
    }),
  )
})
