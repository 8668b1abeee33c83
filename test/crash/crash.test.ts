import { expect, test } from 'vitest'
import { showReport } from './report.ts'
import { runWorld } from './world.ts'

const rounds = 50
/** On a machine with two cores it takes one. */
const minutes = 8

test(
  'a server that is killed again and again, at random and at named points, loses nothing',
  async () => {
    const seed = Math.floor(Math.random() * 1_000_000)
    const report = await runWorld({ rounds, seed })
    console.log(showReport(report, seed))
    expect(report.findings, `npm run test:crash -- ${rounds} ${seed}`).toEqual([])
    // The proof is worth what it looked at: most died where they were meant to.
    expect(report.missed).toBeLessThan(rounds / 4)
    expect(report.census.accepted).toBeGreaterThan(rounds)
    expect(report.census.repeated).toBeGreaterThan(0)
  },
  minutes * 60_000,
)
