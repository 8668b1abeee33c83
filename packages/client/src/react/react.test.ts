import { act, createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../client.ts'
import { JobFailedError } from '../error.ts'
import type { JobHandle } from '../job-handle.ts'
import { createFakeChannels, type FakeChannels } from '../testing/fake-channels.ts'
import { startFakeServer, type FakeServer } from '../testing/fake-server.ts'
import { createReactRoot, type ReactRoot } from '../testing/react-root.ts'
import type { ChannelView } from './channel-view.ts'
import type { JobView } from './job-view.ts'
import { useChannel, type UseChannelOptions } from './use-channel.ts'
import { useJob } from './use-job.ts'

let root: ReactRoot
beforeEach(() => {
  root = createReactRoot()
})
afterEach(() => root.unmount())

/** Lets time pass until it is so; React draws meanwhile. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await act(() => new Promise<void>((resolve) => setImmediate(resolve)))
  }
}

describe('useJob', () => {
  let server: FakeServer
  beforeEach(async () => {
    server = await startFakeServer()
  })
  afterEach(() => server[Symbol.asyncDispose]())

  let shown: JobView | undefined
  const Shown = ({ job }: { job: string | JobHandle | null }): null => {
    shown = useJob(client, job)
    return null
  }
  let client = createClient({ url: '' })
  beforeEach(() => {
    client = createClient({ url: server.url })
  })

  it('shows progress, output and the result', async () => {
    const id = server.create()
    await root.render(Shown, { job: id })
    await until(() => shown?.state === 'queued')
    const piece = { attempt: 1, index: 0, piece: 'a' }
    server.change(id, 'job.running', { state: 'running', attempt: 1 })
    server.change(id, 'job.output', {}, piece)
    server.change(id, 'job.progress', { progress: { percent: 40, message: null } })
    await until(() => shown?.progress?.percent === 40)
    expect(shown?.output).toEqual(['a'])
    server.finish(id, { pages: 10 })
    await until(() => shown?.result !== undefined)
    expect(shown).toMatchObject({ state: 'succeeded', result: { pages: 10 }, error: null })
    // Strict mode looks twice; one stream and one result were asked for.
    expect(server.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['events', 'result'])
  })

  it('shows the failure, and void output as none', async () => {
    const id = server.create()
    await root.render(Shown, { job: client.job(id) })
    await until(() => shown?.job?.id === id)
    server.change(id, 'job.running', { state: 'running', attempt: 1 })
    server.change(id, 'job.output', {}, { attempt: 1, index: 0, piece: 'a' })
    await until(() => shown?.output.length === 1)
    server.change(id, 'job.retrying', { state: 'queued' })
    await until(() => shown?.output.length === 0)
    server.change(id, 'job.failed', { state: 'failed' })
    await until(() => shown?.state === 'failed')
    expect(shown?.error).toBeInstanceOf(JobFailedError)
  })

  it('follows another job where it is given one, and none', async () => {
    const [one, two] = [server.create(), server.create()]
    await root.render(Shown, { job: null })
    expect(shown).toMatchObject({ job: null, state: null })
    await root.render(Shown, { job: one })
    await until(() => shown?.job?.id === one)
    await root.render(Shown, { job: two })
    await until(() => shown?.job?.id === two)
  })

  it('says where there is no such job', async () => {
    await root.render(Shown, { job: `job_${'9'.repeat(26)}` })
    await until(() => shown?.error !== null)
    expect(shown?.error).toMatchObject({ code: 'job-not-found' })
  })
})

describe('useChannel', () => {
  let server: FakeChannels
  let client = createClient({ url: '' })
  beforeEach(() => {
    server = createFakeChannels('news', 'more')
    const { fetch: own, webSocket } = server
    client = createClient({ url: 'http://buzzer.test', fetch: own, webSocket })
  })

  let shown: ChannelView | undefined
  const Shown = ({ name, ...options }: { name: string } & UseChannelOptions): null => {
    shown = useChannel(client, name, options)
    return null
  }
  const offsets = () => shown?.events.map(({ sequence }) => sequence)
  const publish = (count: number, name = 'news') => {
    for (let at = 0; at < count; at += 1) server.channel(name).publish({ data: at })
  }

  it('shows the latest events, and leaves nothing open', async () => {
    publish(5)
    server.channel('news').trim(2)
    await root.render(Shown, { name: 'news', since: 0, limit: 3 })
    await until(() => shown?.events.length === 3)
    expect(offsets()).toEqual([3, 4, 5])
    expect(shown).toMatchObject({ status: 'open', reset: { oldest: 2 }, error: null })
    publish(1)
    await until(() => offsets()?.at(-1) === 6)
    await root.unmount()
    await until(() => server.open === 0)
    expect(server.sockets).toHaveLength(1)
  })

  it('reads another channel where it is given its name', async () => {
    publish(1)
    publish(2, 'more')
    await root.render(Shown, { name: 'news', since: 0 })
    await until(() => shown?.events.length === 1)
    await root.render(Shown, { name: 'more', since: 0 })
    await until(() => shown?.events.length === 2)
    expect(shown?.events[0]?.source).toBe('/channels/more')
  })

  it('says what is wrong', async () => {
    await root.render(Shown, { name: 'nothing' })
    await until(() => shown?.status === 'failed')
    expect(shown?.error).toMatchObject({ code: 'channel-not-found' })
  })

  it('draws on a server, without reading anything', () => {
    expect(renderToString(createElement(Shown, { name: 'news' }))).toBe('')
    expect(shown).toEqual({ events: [], status: 'connecting', reset: null, error: null })
    expect(server.sockets).toEqual([])
  })
})
