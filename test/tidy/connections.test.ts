import { describe, expect, test } from 'vitest'
import { noCycles, noDeadFiles } from './connections.ts'
import { madeUp, madeUpServer } from './made-up.ts'

describe('no file needs itself', () => {
  test('by way of another, even with types alone', () => {
    const tree = madeUp({
      'test/a.ts': `import './b.ts'`,
      'test/b.ts': `import './c.ts'`,
      'test/c.ts': `import type { A } from './a.ts'`,
    })
    expect(noCycles(tree)).toEqual([
      'test/a.ts: imports itself: test/a.ts → test/b.ts → test/c.ts → test/a.ts',
    ])
  })

  test('alone', () => {
    expect(noCycles(madeUp({ 'test/a.ts': `import './a.ts'` }))).toHaveLength(1)
  })

  test('but two may need the same third', () => {
    const tree = madeUp({
      'test/a.ts': `import './b.ts'; import './c.ts'`,
      'test/b.ts': `import './c.ts'`,
      'test/c.ts': '',
    })
    expect(noCycles(tree)).toEqual([])
  })
})

describe('no file is dead', () => {
  const dead = (path: string) =>
    `packages/server/src/${path}: nothing that is published needs this file`
  const published = { 'index.ts': `export * from './app.ts'`, 'app.ts': '' }

  test('what is exported is alive, with all that it needs', () => {
    expect(noDeadFiles(madeUpServer(published))).toEqual([])
  })

  test('what nothing imports is dead', () => {
    expect(noDeadFiles(madeUpServer({ ...published, 'core/old.ts': '' }))).toEqual([
      dead('core/old.ts'),
    ])
  })

  test('what only a test imports is dead', () => {
    const tested = { 'core/old.ts': '', 'core/old.test.ts': `import './old.ts'` }
    expect(noDeadFiles(madeUpServer({ ...published, ...tested }))).toEqual([dead('core/old.ts')])
  })

  test('a suite is alive where a test uses it, and else dead', () => {
    const suite = { 'store/conformance/jobs.ts': '' }
    const user = { 'store/sqlite/conformance.test.ts': `import '../conformance/jobs.ts'` }
    expect(noDeadFiles(madeUpServer({ ...published, ...suite, ...user }))).toEqual([])
    expect(noDeadFiles(madeUpServer({ ...published, ...suite }))).toEqual([
      dead('store/conformance/jobs.ts'),
    ])
  })

  test('commands and pages are ways in', () => {
    const tree = madeUp({
      'packages/server/package.json': '{"name":"buzzer","bin":{"buzzer":"./bin/buzzer.js"}}',
      'packages/server/bin/buzzer.js': `await import('../src/main.ts')`,
      'packages/server/src/main.ts': '',
      'packages/console/index.html': '<script type="module" src="/src/main.tsx"></script>',
      'packages/console/src/main.tsx': '',
    })
    expect(noDeadFiles(tree)).toEqual([])
  })
})
