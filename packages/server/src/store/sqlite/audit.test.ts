import { DatabaseSync } from 'node:sqlite'
import { expect, it, vi } from 'vitest'
import type { AuditStep } from './audit.ts'
import { openCore } from './core.ts'
import { createServed } from './served.ts'
import { systemClock, systemRandom } from './system.ts'
import { createPack, createUnpack } from './wire.ts'

/** The counts are compared in one step, so that nothing moves between two of them. */
const mostInOneStep = 3

it('reads one table or makes one check a command, so that callers are served in between', () => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const place = { folder: ':memory:', maxBytes: null }
  const clock = systemClock
  using core = openCore({ place, clock, random: systemRandom, log, served: createServed() })
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')

  const take = (step: number): AuditStep => {
    const [request, reply] = [createPack(), createPack()]
    request.begin(0)
    request.value(step)
    request.end()
    const input = createUnpack(request.take())
    input.open()
    reply.begin(0)
    core.handlers.audit.run(input, reply)
    reply.end()
    const output = createUnpack(reply.take())
    output.open()
    return output.value() as AuditStep
  }

  const reads: number[] = []
  for (let step = 0; ; step += 1) {
    prepare.mockClear()
    const { findings, isLast } = take(step)
    expect(findings).toEqual([])
    reads.push(prepare.mock.calls.length)
    if (isLast) break
  }
  expect(reads.length).toBeGreaterThan(30)
  expect(reads.slice(0, -1).every((count) => count === 1)).toBe(true)
  expect(reads.at(-1)).toBeLessThanOrEqual(mostInOneStep)
  const tables = core.db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").row()
  expect(reads.length).toBeGreaterThan(Number(tables?.[0]))
})
