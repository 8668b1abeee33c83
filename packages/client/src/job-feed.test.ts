import { expect, it } from 'vitest'
import { turn, useChannelWorld } from './testing/channel-world.ts'

const world = useChannelWorld()

it('follows a job over a socket, and goes on with its cursor', async () => {
  world.serve('jobs/job_1')
  const job = world.server.channel('jobs/job_1')
  const doc = { id: 'job_1', state: 'running', version: 2, run: 1, attempt: 1 }
  job.publish({ type: 'dev.buzzer.job.snapshot', data: doc })
  job.publish({ type: 'dev.buzzer.job.output', data: { attempt: 1, index: 0, piece: 'a' } })
  const handle = world.connect().job('job_1')
  const first = handle.events({ protocols: ['ws'] })
  expect((await first.next()).value).toMatchObject({ type: 'job.snapshot' })
  expect((await first.next()).value).toMatchObject({ type: 'job.output', piece: 'a' })
  await first.return()
  expect(first.cursor).toBe(2)
  job.publish({ type: 'dev.buzzer.job.snapshot', data: { ...doc, version: 3 } })
  job.publish({
    type: 'dev.buzzer.job.succeeded',
    data: { ...doc, state: 'succeeded', version: 4 },
  })
  const types: string[] = []
  const second = handle.events({ protocols: ['ws'], since: first.cursor ?? 0 })
  for await (const { type } of second) types.push(type)
  expect(types).toEqual(['job.snapshot', 'job.succeeded'])
})

it('waits for a server that stops and starts again, where only sockets are allowed', async () => {
  world.serve('jobs/job_1')
  const { server } = world
  const job = server.channel('jobs/job_1')
  const doc = { id: 'job_1', state: 'running', version: 1, run: 1, attempt: 1 }
  const piece = (index: number) =>
    job.publish({ type: 'dev.buzzer.job.output', data: { attempt: 1, index, piece: index } })
  job.publish({ type: 'dev.buzzer.job.snapshot', data: doc })
  piece(0)
  const output = world
    .connect({ protocols: ['ws'] })
    .job('job_1')
    .output()
  expect((await output.next()).value).toMatchObject({ type: 'piece', index: 0 })
  const next = output.next()
  await turn()
  // While it drains it takes no new sockets, for longer than three tries.
  server.ways.ws = 'refused'
  server.cut()
  while (server.sockets.length < 6) await turn()
  server.ways.ws = 'open'
  piece(1)
  expect((await next).value).toMatchObject({ type: 'piece', index: 1 })
  await output.return()
})
