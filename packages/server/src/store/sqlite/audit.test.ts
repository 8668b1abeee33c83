import { DatabaseSync } from 'node:sqlite'
import { expect, it, vi } from 'vitest'
import type { AuditStep } from './audit.ts'
import { createBatch } from './batch.ts'
import { openCore } from './core.ts'
import { opcode } from './opcode.ts'
import { publishCodec } from './publish.ts'
import { createServed } from './served.ts'
import { systemClock, systemRandom } from './system.ts'
import { createPack, createUnpack } from './wire.ts'

/** The counts are compared in one step, so that nothing moves between two of them. */
const mostInOneStep = 3

const open = () =>
  openCore({
    place: { folder: ':memory:', maxBytes: null },
    clock: systemClock,
    random: systemRandom,
    log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    served: createServed(),
  })

it('finds nothing wrong with what the same transaction has not written yet', () => {
  using core = open()
  const request = createPack()
  request.begin(opcode.publish)
  publishCodec.write(request, {
    tenant: 'default',
    channel: 'orders',
    history: { count: 10, ageMs: null },
    events: [{ id: 'e', source: null, at: 1, text: '{"id":"e","type":"t"}' }],
  })
  request.end()
  const steps = 100
  for (let step = 0; step < steps; step += 1) {
    request.begin(opcode.audit)
    request.value(step)
    request.end()
  }
  const reply = createPack()
  createBatch(core).run([request.take()], reply)
  const output = createUnpack(reply.take())
  output.open()
  publishCodec.read(output, {
    tenant: '',
    channel: '',
    history: { count: 0, ageMs: null },
    events: [],
  })
  for (let step = 0; step < steps; step += 1) {
    output.open()
    expect(output.value()).toMatchObject({ findings: [] })
  }
})

it('reads one table or makes one check a command, so that callers are served in between', () => {
  using core = open()
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
