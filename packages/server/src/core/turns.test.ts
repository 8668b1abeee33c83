import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns, type Turns } from './turns.ts'

type Work = Record<string, { waiting: number; readonly share: number }>

/** Who has the next turn, as whoever uses the turns asks for it. */
function next(turns: Turns, work: Work): string | null {
  for (let looks = turns.size; looks > 0; looks -= 1) {
    const name = turns.first()
    const mine = name === null ? undefined : work[name]
    if (name === null || mine === undefined) return null
    if (mine.waiting > 0) {
      mine.waiting -= 1
      turns.take(mine.share)
      return name
    }
    turns.drop()
  }
  return null
}

function runOut(turns: Turns, work: Work): string[] {
  const order: string[] = []
  for (let name = next(turns, work); name !== null; name = next(turns, work)) order.push(name)
  return order
}

function begin(work: Work): Turns {
  const turns = createTurns()
  for (const [name, { waiting }] of Object.entries(work)) if (waiting > 0) turns.join(name)
  return turns
}

const copy = (work: Work): Work => structuredClone(work)

const works = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  fc.record({ waiting: fc.nat({ max: 30 }), share: fc.integer({ min: 1, max: 5 }) }),
  { minKeys: 1, noNullPrototype: true },
)

describe('turns', () => {
  it('go round by shares, and those who come later stand last in the round', () => {
    const work: Work = { a: { waiting: 7, share: 3 }, b: { waiting: 3, share: 1 } }
    const turns = begin(work)
    expect([next(turns, work), next(turns, work)]).toEqual(['a', 'a'])
    work['c'] = { waiting: 2, share: 2 }
    turns.join('c')
    turns.join('a')
    expect(runOut(turns, work).join('')).toBe('abccaaabab')
  })

  it('give everybody their share as long as they have something', () => {
    fc.assert(
      fc.property(works, (work) => {
        const had: Record<string, number> = {}
        const turns = begin(work)
        const left = copy(work)
        const roundsOf = (name: string): number => (had[name] ?? 0) / (work[name]?.share ?? 1)
        for (let name = next(turns, left); name !== null; name = next(turns, left)) {
          had[name] = (had[name] ?? 0) + 1
          const waiting = Object.keys(left).filter((each) => (left[each]?.waiting ?? 0) > 0)
          const most = Math.max(...Object.keys(work).map(roundsOf))
          // Who still waits is at most one round behind whoever else.
          for (const one of waiting) expect(most - roundsOf(one)).toBeLessThanOrEqual(1)
        }
        const all = Object.entries(work).map(([name, { waiting }]) => [name, waiting] as const)
        expect(had).toEqual(Object.fromEntries(all.filter(([, waiting]) => waiting > 0)))
      }),
    )
  })

  it('can be told before they are taken', () => {
    fc.assert(
      fc.property(works, fc.nat({ max: 40 }), (work, taken) => {
        const turns = begin(work)
        for (let count = 0; count < taken; count += 1) next(turns, work)
        const names = Object.keys(work).filter((name) => (work[name]?.waiting ?? 0) > 0)
        const told = names.flatMap((name) =>
          Array.from({ length: work[name]?.waiting ?? 0 }, (_, index) => ({
            name,
            place:
              index +
              turns.ahead(name, index + 1, (each) => work[each] ?? { share: 1, waiting: 0 }),
          })),
        )
        const order = runOut(turns, copy(work))
        const seen: Record<string, number> = {}
        for (const [place, name] of order.entries()) {
          const nth = (seen[name] = (seen[name] ?? 0) + 1)
          const mine = told.filter((each) => each.name === name)[nth - 1]
          expect(mine?.place).toBe(place)
        }
      }),
    )
  })

  it('keep to the round however many come and go', () => {
    const turns = createTurns()
    for (let count = 0; count < 5_000; count += 1) {
      turns.join(`n${count % 7}`)
      if (count % 3 === 0) turns.drop()
      else turns.pass()
    }
    expect(turns.size).toBeLessThanOrEqual(7)
    while (turns.first() !== null) turns.drop()
    expect(turns.size).toBe(0)
  })
})
