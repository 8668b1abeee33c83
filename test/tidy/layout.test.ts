import { describe, expect, test } from 'vitest'
import { everythingHasItsPlace, importsKeepToTheTable } from './layout.ts'
import { madeUp, madeUpServer } from './made-up.ts'

/** The server with one file that imports another, by a path from `src`. */
const importing = (from: string, to: string) => {
  const up = '../'.repeat(from.split('/').length - 1) || './'
  return madeUpServer({ [from]: `import { x } from '${up}${to}'`, [to]: 'export const x = 1' })
}

describe('imports keep to the table', () => {
  test.each([
    ['core/job.ts', 'ports/store.ts'],
    ['ports/store.ts', 'engine/accept.ts'],
    ['engine/accept.ts', 'gateway/http/jobs.ts'],
    ['engine/accept.ts', 'store/sqlite/jobs.ts'],
    ['gateway/http/jobs.ts', 'store/sqlite/jobs.ts'],
    ['store/sqlite/jobs.ts', 'engine/accept.ts'],
    ['channel/webhook/send.ts', 'outbound/client.ts'],
    ['define/operation.ts', 'config/load.ts'],
    ['config/load.ts', 'engine/accept.ts'],
    ['cli/start.ts', 'engine/accept.ts'],
    ['main.ts', 'store/sqlite/jobs.ts'],
    ['engine/accept.ts', 'app.ts'],
  ])('%s must not import %s', (from, to) => {
    expect(importsKeepToTheTable(importing(from, to))).toEqual([
      expect.stringMatching(`^packages/server/src/${from}:1: .* must not import .*${to}`),
    ])
  })

  test.each([
    ['ports/store.ts', 'core/job.ts'],
    ['engine/accept.ts', 'ports/store.ts'],
    ['gateway/http/jobs.ts', 'engine/accept.ts'],
    ['store/sqlite/jobs.ts', 'ports/store.ts'],
    ['store/sqlite/jobs.ts', 'store/sql.ts'],
    ['config/load.ts', 'define/operation.ts'],
    ['app.ts', 'store/sqlite/jobs.ts'],
    ['app/stores.ts', 'store/sqlite/jobs.ts'],
    ['cli/start.ts', 'app.ts'],
    ['engine/accept.test.ts', 'store/sqlite/jobs.ts'],
    ['store/sqlite/conformance.test.ts', 'store/conformance/store.ts'],
  ])('%s may import %s', (from, to) => {
    expect(importsKeepToTheTable(importing(from, to))).toEqual([])
  })

  test('an adapter does not need its sibling', () => {
    expect(
      importsKeepToTheTable(importing('store/sqlite/jobs.ts', 'store/postgres/sql.ts')),
    ).toEqual([expect.stringContaining('store/sqlite must not import its sibling postgres')])
  })

  test('only tests import what is for tests', () => {
    const trees = [
      importing('store/sqlite/jobs.ts', 'store/conformance/store.ts'),
      importing('engine/accept.ts', 'engine/accept.test.ts'),
    ]
    for (const tree of trees) {
      expect(importsKeepToTheTable(tree)).toEqual([expect.stringContaining('which is for tests')])
    }
  })

  test('a conformance suite keeps to the table like the adapters that it is for', () => {
    expect(importsKeepToTheTable(importing('bus/conformance/bus.ts', 'engine/watch.ts'))).toEqual([
      expect.stringContaining('bus must not import engine'),
    ])
  })

  test.each([
    ['a type', `import type { C } from '@buzzer/client'`],
    ['an export', `export * from '@buzzer/client'`],
    ['an import that happens later', `const load = () => import('@buzzer/client')`],
    ['an import within a type', `type C = import('@buzzer/client').C`],
  ])('%s from another package counts', (_, text) => {
    expect(importsKeepToTheTable(madeUpServer({ 'core/job.ts': text }))).toEqual([
      expect.stringContaining('core must not import client'),
    ])
  })

  test('a worker counts', () => {
    const worker = `new Worker(new URL('../store/sqlite/thread.ts', import.meta.url))`
    const tree = madeUpServer({ 'engine/run.ts': worker, 'store/sqlite/thread.ts': '' })
    expect(importsKeepToTheTable(tree)).toEqual([
      expect.stringContaining('engine must not import store'),
    ])
  })

  test('packages import each other by name', () => {
    const tree = madeUpServer({ 'core/job.ts': `import '../../../contract/src/index.ts'` })
    expect(importsKeepToTheTable(tree)).toEqual([expect.stringContaining('by name')])
  })

  test('only tests import what all tests are set up with', () => {
    const text = `import '../../../../test/servers/redis.ts'`
    const servers = madeUp({ 'test/servers/redis.ts': '' })
    const inTest = [...madeUpServer({ 'bus/redis.test.ts': text }), ...servers]
    const inSource = [...madeUpServer({ 'bus/redis.ts': text }), ...servers]
    expect(importsKeepToTheTable(inTest)).toEqual([])
    expect(importsKeepToTheTable(inSource)).toHaveLength(1)
  })

  test('a test imports no package that its own must not know', () => {
    const tree = [
      ...madeUpServer({ 'index.ts': '' }),
      ...madeUp({ 'packages/client/src/jobs.test.ts': `import 'buzzer'` }),
    ]
    expect(importsKeepToTheTable(tree)).toEqual([
      expect.stringContaining('a test of client imports the package server'),
    ])
  })
})

test('everything in the server has its place in the table', () => {
  const tree = madeUpServer({ 'lib/x.ts': '', 'extra.ts': '', 'app.test.ts': '', 'core/x.ts': '' })
  expect(everythingHasItsPlace(tree)).toEqual([
    'packages/server/src/lib/x.ts: lib has no place in the import table',
    'packages/server/src/extra.ts: extra has no place in the import table',
  ])
})
