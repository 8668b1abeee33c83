import { expect, it } from 'vitest'
import {
  claimOne,
  record,
  sampleEndpoint,
  subscribed,
  write,
  deliveryTo,
} from './delivery-sample.ts'
import { expectSound, tenant, type OpenStore } from './sample.ts'

export function endpointSuite(open: OpenStore): void {
  it('keeps an endpoint as it was created, and knows it only to its tenant', async () => {
    await using store = await open()
    const endpoint = sampleEndpoint({
      settings: { mapping: { text: '{{/data}}' }, types: ['a.*'], filter: { exact: { a: 'b' } } },
    })
    expect(await store.endpoints.create(endpoint)).toBe('created')
    expect(await store.endpoints.read(tenant, endpoint.id)).toEqual(endpoint)
    expect(await store.endpoints.read('other', endpoint.id)).toBeNull()
    expect(await store.endpoints.remove('other', endpoint.id)).toBe('unknown')
    const other = await subscribed(store, { tenant: 'other' })
    expect((await store.endpoints.list()).endpoints).toEqual([endpoint, other])
    await expectSound(store)
  })

  it('changes one only at the version that is expected, and counts it', async () => {
    await using store = await open()
    const endpoint = await subscribed(store)
    const url = 'https://elsewhere.test/'
    const changed = { ...endpoint, settings: { ...endpoint.settings, url }, changedAt: 9 }
    expect(await store.endpoints.change(changed, 1)).toBe('changed')
    expect(await store.endpoints.change(changed, 1)).toBe('moved')
    expect(await store.endpoints.change({ ...changed, tenant: 'other' }, 2)).toBe('unknown')
    expect(await store.endpoints.read(tenant, endpoint.id)).toEqual({ ...changed, version: 2 })
  })

  it('counts creations, changes and removals, but not what came to nothing', async () => {
    await using store = await open()
    const revision = async () => (await store.endpoints.list()).revision
    const endpoint = sampleEndpoint()
    const counted = [await revision()]
    await store.endpoints.create(endpoint)
    counted.push(await revision())
    await store.endpoints.change(endpoint, 1)
    counted.push(await revision())
    await store.endpoints.change(endpoint, 1)
    await store.endpoints.remove('other', endpoint.id)
    await expect(store.endpoints.create(endpoint)).rejects.toThrow(/UNIQUE|exists/)
    counted.push(await revision())
    await store.endpoints.remove(tenant, endpoint.id)
    counted.push(await revision())
    expect(counted.map((count) => count - (counted[0] ?? 0))).toEqual([0, 1, 2, 2, 3])
    expect((await store.fanOut.read(10)).revision).toBe(await revision())
  })

  it('leaves its health alone, but begins it anew where it is enabled again', async () => {
    await using store = await open()
    const endpoint = await subscribed(store)
    await write(store, [deliveryTo(endpoint.id)])
    const held = await claimOne(store, endpoint.id)
    await record(store, held, { kind: 'fail', retryAt: null, reason: 'no' })
    await store.endpoints.change({ ...endpoint, enabled: false }, 1)
    const disabled = await store.endpoints.read(tenant, endpoint.id)
    expect(disabled).toMatchObject({ enabled: false, health: { failures: 1 } })
    await store.endpoints.change(endpoint, 2)
    const enabled = await store.endpoints.read(tenant, endpoint.id)
    expect(enabled).toMatchObject({ enabled: true, health: { failures: 0, failingSince: null } })
    await expectSound(store)
  })
}
