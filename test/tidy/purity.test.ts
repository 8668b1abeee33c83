import { describe, expect, test } from 'vitest'
import { madeUp } from './made-up.ts'
import { coreHasNoClockNorRandom, coreImportsNoPackage, typesCanBeStripped } from './purity.ts'

const core = (text: string) => madeUp({ 'packages/server/src/core/job.ts': text })

describe('the core imports no package', () => {
  test.each(['node:fs', 'fs', 'fastify'])('not %s', (name) => {
    expect(coreImportsNoPackage(core(`import '${name}'`))).toEqual([
      `packages/server/src/core/job.ts:1: core imports ${name}`,
    ])
  })

  test('but the contract, and its own files', () => {
    expect(coreImportsNoPackage(core(`import '@buzzer/contract'; import './retry.ts'`))).toEqual([])
  })

  test('its tests and the rest of the server are free to', () => {
    const text = `import 'node:fs'; setTimeout(Date.now)`
    const tree = madeUp({
      'packages/server/src/core/job.test.ts': text,
      'packages/server/src/engine/run.ts': text,
    })
    expect([...coreImportsNoPackage(tree), ...coreHasNoClockNorRandom(tree)]).toEqual([])
  })
})

describe('the core has no clock and no random', () => {
  test.each([
    ['Date.now()', 'Date.now'],
    ['const now = Date.now', 'Date.now'],
    ['new Date()', 'new Date()'],
    ['Date()', 'Date()'],
    ['performance.now()', 'performance'],
    ['setTimeout(run, 5)', 'setTimeout'],
    ['const later = { setImmediate }', 'setImmediate'],
    ['setInterval(run, 5)', 'setInterval'],
    ['queueMicrotask(run)', 'queueMicrotask'],
    ['Math.random()', 'Math.random'],
    ['crypto.randomUUID()', 'crypto'],
    ['globalThis.setTimeout(run)', 'globalThis'],
  ])('not %s', (text, what) => {
    expect(coreHasNoClockNorRandom(core(`\n${text}`))).toEqual([
      `packages/server/src/core/job.ts:2: core uses ${what}`,
    ])
  })

  test.each([
    'new Date(now).toISOString()',
    'interface Queue { process(): void; crypto: string }',
    'queue.process({ performance: 1 })',
    'const bound = Math.min(1, 2) // not setTimeout',
  ])('but %s', (text) => {
    expect(coreHasNoClockNorRandom(core(text))).toEqual([])
  })
})

describe('types can be stripped', () => {
  test.each([
    ['enum State { Queued }', 'an enum'],
    ['class Job { constructor(readonly id: string) {} }', 'a parameter property'],
    ['namespace Jobs { export const x = 1 }', 'a namespace'],
    ['@sealed class Job {}', 'a decorator'],
  ])('not %s', (text, what) => {
    expect(typesCanBeStripped(core(text))).toEqual([expect.stringContaining(`:1: ${what}`)])
  })

  test('but types, casts and generics', () => {
    const text =
      'export type Id = string & { x: 1 }\nexport const id = <T>(t: T) => t as unknown as Id'
    expect(typesCanBeStripped(core(text))).toEqual([])
  })
})
