import { expect, it } from 'vitest'
import { versionsKept, type DefinitionChange, type DefinitionKey } from '../../ports/definitions.ts'
import type { Store } from '../../ports/store.ts'
import { expectSound, type OpenStore } from './sample.ts'

const legacy: DefinitionKey = { kind: 'service', name: 'legacy' }
const at = 1_700_000_000_000

const change = (wish: Partial<DefinitionChange> = {}): DefinitionChange => ({
  ...legacy,
  expected: null,
  document: '{"mode":"async"}',
  attachment: null,
  at,
  by: null,
  ...wish,
})

const put = (store: Store, wish: Partial<DefinitionChange> = {}) =>
  store.definitions.change([change(wish)])

const attach = (hash: string, bytes: number) => ({ hash, body: new Uint8Array(bytes).fill(7) })

export function definitionSuite(open: OpenStore): void {
  it('knows nothing of what never was', async () => {
    await using store = await open()
    expect(await store.definitions.list()).toEqual([])
    expect(await store.definitions.read(legacy, null)).toBeNull()
    expect(await store.definitions.history(legacy)).toEqual([])
  })

  it('keeps each change as a version, with who made it and when', async () => {
    await using store = await open()
    const changed = (version: number) => ({ kind: 'changed', versions: [version] })
    expect(await put(store, { by: 'cli_1' })).toEqual(changed(1))
    expect(await put(store, { document: '{"mode":"sync"}', at: at + 1 })).toEqual(changed(2))
    expect(await put(store, { document: null, at: at + 2 })).toEqual(changed(3))
    expect(await store.definitions.list()).toEqual([])
    expect(await store.definitions.read(legacy, null)).toBeNull()
    expect(await put(store, { at: at + 3 })).toEqual(changed(4))
    expect(await store.definitions.list()).toEqual([{ ...legacy, version: 4 }])
    const history = await store.definitions.history(legacy)
    expect(history).toEqual([
      { version: 4, at: at + 3, by: null, removed: false },
      { version: 3, at: at + 2, by: null, removed: true },
      { version: 2, at: at + 1, by: null, removed: false },
      { version: 1, at, by: 'cli_1', removed: false },
    ])
    const second = await store.definitions.read(legacy, 2)
    expect(second).toEqual({ ...history[2], document: '{"mode":"sync"}', attachment: null })
    expect(await store.definitions.read(legacy, 5)).toBeNull()
  })

  it.each([
    ['none', 0, 0],
    ['a later one', 3, 2],
    ['an earlier one', 1, 2],
  ])('refuses a change that expects %s', async (_, expected, stands) => {
    await using store = await open()
    if (stands > 0) await put(store)
    if (stands > 0) await put(store)
    const outcome = await put(store, { expected, document: '{}' })
    const isMet = expected === stands
    expect(outcome).toEqual(
      isMet ? { kind: 'changed', versions: [1] } : { kind: 'conflict', present: stands },
    )
  })

  it('sees no version in what was removed', async () => {
    await using store = await open()
    await put(store)
    await put(store, { document: null })
    expect(await put(store, { expected: 2 })).toEqual({ kind: 'conflict', present: 0 })
    expect(await put(store, { expected: 0 })).toEqual({ kind: 'changed', versions: [3] })
  })

  it('lets one of many win that expect the same version', async () => {
    await using store = await open()
    await put(store)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (__, index) =>
        put(store, { expected: 1, document: `{"wait":"${index}s"}` }),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'changed')).toHaveLength(1)
    expect(await store.definitions.history(legacy)).toHaveLength(2)
  })

  it('makes all of several changes or none', async () => {
    await using store = await open()
    const list = change({ kind: 'operation', name: 'legacy.list' })
    await store.definitions.change([change(), list])
    const removal = { document: null, attachment: null }
    const outcome = await store.definitions.change([
      change(removal),
      { ...list, ...removal, expected: 9 },
    ])
    expect(outcome).toEqual({ kind: 'conflict', present: 1 })
    expect(await store.definitions.list()).toHaveLength(2)
    await store.definitions.change([change(removal), { ...list, ...removal, expected: 1 }])
    expect(await store.definitions.list()).toEqual([])
  })

  it('keeps large attachments, and only as long as a version has them', async () => {
    await using store = await open()
    const large = attach('large', 12_000_000)
    await put(store, { attachment: large })
    await put(store, { attachment: attach('small', 3) })
    await put(store, { attachment: large })
    const first = await store.definitions.read(legacy, 1)
    expect(first?.attachment?.hash).toBe('large')
    expect(Buffer.from(first?.attachment?.body ?? []).equals(large.body)).toBe(true)
    expect((await store.definitions.read(legacy, null))?.attachment?.body).toHaveLength(12_000_000)
    for (let count = 0; count < versionsKept; count += 1) await put(store)
    const history = await store.definitions.history(legacy)
    expect(history).toHaveLength(versionsKept)
    expect(history.at(-1)?.version).toBe(4)
    expect(await store.definitions.read(legacy, 3)).toBeNull()
    expect(await put(store, { attachment: attach('small', 4) })).toMatchObject({ kind: 'changed' })
    await expectSound(store)
    // What was let go with the last version that had it can come back with other bytes.
    expect((await store.definitions.read(legacy, null))?.attachment?.body).toHaveLength(4)
  })
}
