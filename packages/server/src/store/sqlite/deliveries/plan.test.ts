import { DatabaseSync } from 'node:sqlite'
import { expect, it, vi } from 'vitest'
import { openCore } from '../core.ts'
import { createServed } from '../served.ts'
import { systemClock, systemRandom } from '../system.ts'

/** Every statement about deliveries that a store prepares when it opens, with its plan. */
function plans() {
  using prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const place = { folder: ':memory:', maxBytes: null }
  const clock = systemClock
  using core = openCore({ place, clock, random: systemRandom, log, served: createServed() })
  const about = /\b(?:deliveries|messages|job_changes|callbacks|delivery_attempts)\b/
  return prepare.mock.calls
    .map(([sql]) => sql)
    .filter((sql) => about.test(sql))
    .map((sql) => {
      const plan = core.db.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '1')}`).rows()
      return { sql, steps: plan.map((row) => String(row[3])) }
    })
}

const isWalk = (step: string): boolean =>
  /SCAN (?:deliveries|messages|callbacks|delivery_attempts)\b/.test(step)

it('reads deliveries along an index in every statement, so that what waits costs others nothing', () => {
  const found = plans()
  expect(found.length).toBeGreaterThan(20)
  const slow = found.filter(({ sql, steps }) => !/count\(\*\)/.test(sql) && steps.some(isWalk))
  expect(slow.map(({ sql }) => sql.replaceAll(/\s+/g, ' '))).toEqual([])
})

it('claims and finds lanes by one seek each, whatever waits in them or in others', () => {
  const inLanes = plans().filter(({ sql }) => /INDEXED BY deliveries_open/.test(sql))
  const [claims, lanes] = [/lane = \?/, /lane > \?/].map((way) =>
    inLanes.filter(({ sql }) => way.test(sql)),
  )
  expect(claims?.length).toBeGreaterThan(3)
  for (const { steps } of claims ?? []) {
    expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([])
    expect(steps.filter((step) => step.includes('deliveries_open'))).toEqual([
      expect.stringMatching(
        /^SEARCH deliveries USING (?:COVERING )?INDEX deliveries_open \(lane=\?/,
      ),
    ])
  }
  expect(lanes?.map(({ steps }) => steps)).toEqual(
    lanes?.map((): readonly unknown[] => [
      expect.stringMatching(/^SEARCH .*deliveries_open \(lane>\?\)$/),
    ]),
  )
})
