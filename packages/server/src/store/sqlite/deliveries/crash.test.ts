import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import {
  claimLane,
  claimOne,
  deliveryTo,
  drain,
  subscribed,
  write,
} from '../../conformance/delivery-sample.ts'
import { expectSound, tenant } from '../../conformance/sample.ts'
import type { Sending } from '../../../core/delivery.ts'
import type { Store } from '../../../ports/store.ts'
import { openSqliteStore } from '../open.ts'
import { startChild } from '../testing/children.ts'

/** Steps of the fan-out that were promised before the kill. */
const promised = 10
/** It starts a process of its own. */
const timeoutMs = 30_000

/** The offsets of all deliveries there are. */
async function delivered(store: Store): Promise<readonly number[]> {
  const { endpoints } = await store.endpoints.list()
  const claims = await Promise.all(
    endpoints.map(({ id }) => claimLane(store, id, { max: 100_000 })),
  )
  return claims.flatMap(({ claimed }) => claimed.map(({ message }) => message.offset))
}

it(
  'has the deliveries of what the cursor has passed after a kill, and of nothing else',
  async () => {
    await using folder = await temporaryFolder('fan-out')
    await using child = startChild('fan-out', folder.path)
    expect(await child.line()).toBe('open')
    for (let line = 0; line < promised; line += 1) await child.line()
    await child.kill()
    await using store = await openSqliteStore({ folder: folder.path })
    const before = await delivered(store)
    const behind = (await drain(store)).map((each) => ('event' in each ? each.event.offset : 0))
    const { last } = await store.events.read(tenant, 'orders', 0, 1)
    expect([...before, ...behind]).toEqual(Array.from({ length: last }, (_, index) => index + 1))
    expect(before.length).toBeGreaterThanOrEqual(promised)
    await expectSound(store)
  },
  timeoutMs,
)

/** One that is being sent and one that waits behind it. */
async function sendFirst(store: Store, ordered: boolean): Promise<Sending> {
  const { id: lane } = await subscribed(store, { policy: { ordered } })
  await write(store, [deliveryTo(lane), deliveryTo(lane)])
  return claimOne(store, lane, ordered)
}

it.each([
  { name: 'a lane', ordered: false },
  { name: 'an ordered lane, in its place', ordered: true },
])('lets go at the next start of what was being sent in $name', async ({ ordered }) => {
  await using folder = await temporaryFolder('sending')
  const stopped = await openSqliteStore({ folder: folder.path })
  const { id, lane, fence } = await sendFirst(stopped, ordered)
  await stopped[Symbol.asyncDispose]()
  await using store = await openSqliteStore({ folder: folder.path })
  const { claimed } = await claimLane(store, lane, { ordered })
  const again = claimed.find(({ delivery }) => delivery.id === id)
  expect(again?.delivery.fence).toBe(fence + 1)
  expect(claimed).toHaveLength(ordered ? 1 : 2)
  await expectSound(store)
})
