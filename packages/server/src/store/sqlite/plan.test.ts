import { DatabaseSync } from 'node:sqlite'
import { expect, it, vi } from 'vitest'
import { openCore } from './core.ts'
import { createServed } from './served.ts'
import { systemClock, systemRandom } from './system.ts'

/** Counting at a start reads the partial indexes, which hold no job that has ended. */
const counting = /count\(\*\) FROM jobs INDEXED BY/

/** All statements that a store prepares when it opens, and the store. */
function openAndListen() {
  using prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const place = { folder: ':memory:', maxBytes: null }
  const clock = systemClock
  const core = openCore({ place, clock, random: systemRandom, log, served: createServed() })
  return { core, prepared: prepare.mock.calls.map(([sql]) => sql) }
}

it('reads jobs along an index in every statement, so that blocked and ended ones cost nothing', () => {
  const { core, prepared } = openAndListen()
  using _ = core
  const statements = prepared.filter(
    (sql) => /^\s*(?:SELECT|UPDATE|DELETE)/.test(sql) && /\bjobs\b/.test(sql),
  )
  expect(statements.length).toBeGreaterThan(15)
  const plans = statements
    .filter((sql) => !counting.test(sql))
    .map((sql) => {
      const plan = core.db.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '1')}`).rows()
      return { sql, steps: plan.map((row) => String(row[3])) }
    })
  const slow = plans.filter(({ steps }) =>
    steps.some((step) => /SCAN jobs|USE TEMP B-TREE/.test(step)),
  )
  expect(slow).toEqual([])
})

it('makes no table of its own for a job that is stored or succeeds', () => {
  const { core, prepared } = openAndListen()
  using _ = core
  const isHot = (sql: string) => /^\s*(?:INSERT INTO jobs|UPDATE jobs SET stage = 7)/.test(sql)
  const hot = new Set(prepared.filter(isHot))
  expect(hot.size).toBe(4)
  for (const sql of hot) {
    const steps = core.db.prepare(`EXPLAIN ${sql.replaceAll('?', '1')}`).rows()
    expect(steps.map((row) => row[1])).not.toContain('OpenEphemeral')
  }
})

it('finds how far the channels of a name are in one place of an index, however many there are', () => {
  const { core, prepared } = openAndListen()
  using _ = core
  const sql = prepared.find((each) => each.includes('max(last)'))
  const plan = core.db.prepare(`EXPLAIN QUERY PLAN ${String(sql).replace('?', "'c'")}`).rows()
  expect(plan.map((row) => row[3])).toEqual([
    'SEARCH channels USING COVERING INDEX channels_named (name=?)',
  ])
})
