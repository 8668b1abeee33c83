import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSealer } from '../../auth/seal.ts'
import { createMemoryBus } from '../../bus/memory/memory-bus.ts'
import { loadConfig } from '../../config/load.ts'
import type { Bus } from '../../ports/bus.ts'
import type { ChangeTerms } from '../../ports/registry.ts'
import type { Store } from '../../ports/store.ts'
import { openSqliteStore } from '../../store/sqlite/open.ts'
import { createCronTimetables } from '../../timetable/cron-timetables.ts'
import { loadDefinitions } from '../definitions.ts'
import { systemClock } from '../system-clock.ts'
import { systemRandom } from '../system-random.ts'
import { createRegistry, type LiveRegistry } from './registry.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const secret = randomBytes(32)
const anyVersion: ChangeTerms = { expects: () => true, by: 'cli_1' }

let folder = ''
let store: Store
let resources: AsyncDisposableStack

beforeEach(async () => {
  resources = new AsyncDisposableStack()
  folder = await mkdtemp(join(tmpdir(), 'buzzer-registry-'))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  store = resources.use(await openSqliteStore({ folder }))
})
afterEach(() => resources.disposeAsync())

/** A node of its own on the one store, whose slow poll comes when it is told. */
async function startNode(bus: Bus) {
  const { config } = await loadConfig({ cwd: folder, env: {} })
  const polls = new Set<() => void>()
  const clock = {
    ...systemClock,
    after(_: number, callback: () => void) {
      polls.add(callback)
      return () => void polls.delete(callback)
    },
  }
  const timetables = createCronTimetables()
  const deps = {
    clock,
    random: systemRandom,
    log,
    tracing: null,
    timetables,
    callbackUrl: () => '',
  }
  const declared = resources.use(await loadDefinitions(config, deps))
  const onSwap = vi.fn(() => Promise.resolve())
  const registry = resources.use(
    createRegistry({
      ...deps,
      config,
      declared,
      outbound: declared.outbound,
      store: store.definitions,
      bus,
      sealer: createSealer(secret, 'definitions'),
      onSwap,
    }),
  )
  await registry.start()
  const poll = (): void => {
    for (const callback of polls.values().toArray()) callback()
  }
  return { registry, onSwap, poll }
}

const api = (mount?: string): object => ({
  openapi: {
    openapi: '3.1.0',
    info: { title: 'T', version: '1' },
    paths: { '/a': { get: { operationId: 'get', responses: {} } } },
  },
  url: 'http://a.test',
  ...(mount === undefined ? {} : { mount }),
})

const names = (registry: LiveRegistry): readonly string[] =>
  registry.catalog.operations().map(({ name }) => name)

test('another node follows by the hint', async () => {
  const bus = resources.use(createMemoryBus())
  const [one, other] = [await startNode(bus), await startNode(bus)]
  await one.registry.putService('api', api(), anyVersion)
  expect(names(one.registry)).toEqual(['api.get'])
  await expect.poll(() => names(other.registry)).toEqual(['api.get'])
  await one.registry.patchOperation('api.get', { mode: 'sync' }, anyVersion)
  await expect.poll(() => other.registry.catalog.operation('api.get')?.policies.mode).toBe('sync')
  expect(other.onSwap).toHaveBeenCalledTimes(2)
  await other.registry.remove('service', 'api', anyVersion)
  await expect.poll(() => names(one.registry)).toEqual([])
  expect(one.registry.services()).toEqual([])
})

test('another node follows by its poll where the hint was lost', async () => {
  const one = await startNode(resources.use(createMemoryBus()))
  const other = await startNode(resources.use(createMemoryBus()))
  await one.registry.putService('api', api(), anyVersion)
  expect(names(other.registry)).toEqual([])
  other.poll()
  await expect.poll(() => names(other.registry)).toEqual(['api.get'])
  // A change is made on top of what others did, whether it was heard of or not.
  await one.registry.putService('api', { ...api(), wait: '9s' }, anyVersion)
  const stale = { expects: (version: number) => version === 1, by: null }
  const refused = await other.registry.putService('api', { ...api(), wait: '8s' }, stale)
  expect(refused).toMatchObject({ kind: 'refused', problem: { code: 'precondition-failed' } })
})

test('of two that exclude each other, made on two nodes at once, one is used', async () => {
  const bus = resources.use(createMemoryBus())
  const [one, other] = [await startNode(bus), await startNode(bus)]
  const { attachment, document } = await stored(one.registry)
  const at = Date.now()
  const change = { kind: 'service' as const, expected: 0, document, attachment, by: null }
  await store.definitions.change([{ ...change, name: 'late', at: at + 1 }])
  await store.definitions.change([{ ...change, name: 'early', at }])
  for (const { registry, poll } of [one, other]) {
    poll()
    const problems = () => registry.services().map(({ name, problem }) => [name, problem === null])
    await expect.poll(problems).toEqual([
      ['early', true],
      ['late', false],
    ])
    expect(names(registry)).toEqual(['early.get'])
  }
})

/** A service as it lies in the store, taken out of it again. */
async function stored(registry: LiveRegistry) {
  await registry.putService('model', api('/api/same'), anyVersion)
  const definition = await store.definitions.read({ kind: 'service', name: 'model' }, null)
  await registry.remove('service', 'model', anyVersion)
  if (definition === null) throw new Error('It was not stored.')
  return definition
}

test('what cannot be claimed for yet is tried again', async () => {
  const { registry, onSwap, poll } = await startNode(resources.use(createMemoryBus()))
  onSwap.mockRejectedValueOnce(new Error('the store is away'))
  const outcome = await registry.putService('api', api(), anyVersion)
  expect(outcome).toMatchObject({ kind: 'changed', version: 1 })
  expect(onSwap).toHaveBeenCalledTimes(1)
  poll()
  await expect.poll(() => onSwap.mock.calls.length).toBe(2)
})
