import { expect, it } from 'vitest'
import type { Protocol } from '../protocols.ts'
import { useChannelWorld } from '../testing/channel-world.ts'

const world = useChannelWorld()

it('reads who is present', async () => {
  await expect(world.connect().channel('news').presence()).resolves.toEqual({
    members: [{ name: 'ann', since: '2026-11-20T10:00:00.000Z' }],
    count: 1,
    sequence: 4,
  })
})

it.each([-1, 1.5, 'x', Number.NaN])('refuses the cursor %s', (since) => {
  const subscribe = () => world.connect().channel('news').subscribe({ since })
  const shown = typeof since === 'string' ? `"${since}"` : String(since)
  expect(subscribe).toThrow(TypeError)
  expect(subscribe).toThrow(`since is ${shown}, which is no offset`)
})

it('refuses a channel without a name', () => {
  expect(() => world.connect().channel('')).toThrow(TypeError)
  expect(world.server.requests).toEqual([])
})

it.each([[[]], [['mqtt']], [['sse', 'mqtt']]])('refuses the protocols %j', async (given) => {
  const how = { protocols: given as Protocol[] }
  for (const start of [
    () => world.connect().channel('news').subscribe(how),
    () => world.connect().job('job_1').events(how),
    () => world.connect().batchById('bat_1').events(how),
    () => world.connect(how).channel('news').subscribe(),
  ]) {
    const failure = start().next()
    await expect(failure).rejects.toBeInstanceOf(TypeError)
    await expect(failure).rejects.toThrow("there are 'ws', 'sse', 'poll'")
  }
  expect(world.server.requests).toEqual([])
})
