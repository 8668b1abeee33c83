import type { JobId } from '@buzzer/contract'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import type { CallbackOptions } from '../../packages/server/src/define/callback.ts'
import { hook, type HookOptions } from '../../packages/server/src/define/hook.ts'
import { service, type ServiceOptions } from '../../packages/server/src/define/service.ts'
import { call, type Answer } from '../http/support/call.ts'
import { ended, until } from '../http/support/job.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startUpstream, type Reply, type Upstream } from '../http/support/upstream.ts'

const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const openapi = {
  openapi: '3.1.0',
  info: { title: 'Reports', version: '1' },
  paths: {
    '/reports': {
      post: {
        operationId: 'render',
        requestBody: { content: { '*/*': {} } },
        responses: { default: { description: 'Whatever' } },
      },
    },
  },
}

interface Wish {
  readonly hook?: Partial<HookOptions>
  readonly callback?: Partial<CallbackOptions>
  readonly service?: Partial<ServiceOptions>
}

interface World extends AsyncDisposable {
  readonly server: TestServer
  readonly upstream: Upstream
}

/** An upstream that calls back, wrapped. */
async function start(wish: Wish = {}): Promise<World> {
  await using resources = new AsyncDisposableStack()
  const upstream = resources.use(await startUpstream())
  upstream.behave(() => ({ status: 202 }))
  const server = resources.use(
    await startTestServer({
      hooks: { done: hook({ verify: 'none', finish: {}, ...wish.hook }) },
      services: {
        api: service({
          openapi,
          url: upstream.url,
          mode: 'async',
          retry: { attempts: 3, delay: '1ms', maxDelay: '1ms' },
          operations: { render: { callback: { hook: 'done', ...wish.callback } } },
          ...wish.service,
        }),
      },
      outboundAllow: [upstream.host],
    }),
  )
  const owned = resources.move()
  return { server, upstream, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const render = async ({ server }: World, body = '{"month":1}', headers = {}): Promise<string> => {
  const answer = await call(server.url, 'POST /api/api/reports', {
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  expect(answer.status, answer.text).toBe(202)
  return answer.json<{ id: string }>().id
}

async function waits({ server }: World, id: string): Promise<void> {
  await expect
    .poll(() => server.store.jobs.read(id as JobId))
    .toMatchObject({ job: { state: 'parked' } })
}

const addressIn = ({ upstream }: World): string =>
  upstream.calls.at(-1)?.header('callback-url') ?? ''

const callBack = (url: string, body: string, headers = {}): Promise<Answer> =>
  call(url, `POST ${new URL(url).pathname}`, {
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })

const resultOf = ({ server }: World, id: string): Promise<Answer> =>
  call(server.url, `GET /v1/jobs/${id}/result`)

describe('an upstream that calls back', () => {
  test('later: the job waits without a slot, and what comes is its result', async () => {
    await using world = await start()
    const id = await render(world)
    await waits(world, id)
    const job = await until(world.server.url, id, ({ state }) => state === 'running')
    expect(job).toMatchObject({ attempt: 1, waiting: { reason: 'upstream' } })
    const body = '{ "total": 12345678901234567890 }'
    const answer = await callBack(addressIn(world), body, { 'content-type': 'application/x+json' })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json()).toEqual({ job: id, state: 'succeeded' })
    expect(await ended(world.server.url, id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    const result = await resultOf(world, id)
    expect([result.status, result.headers['content-type'], result.text]).toEqual([
      200,
      'application/x+json',
      body,
    ])
    expect(world.upstream.calls).toHaveLength(1)
  })

  test('before it has answered, and before it answers with something else', async () => {
    for (const reply of [{ status: 202 }, { status: 200, body: 'mine' }]) {
      await using world = await start()
      world.upstream.behave(async (arrived): Promise<Reply> => {
        const answer = await callBack(arrived.header('callback-url') ?? '', '"early"')
        expect(answer.status, answer.text).toBe(200)
        return reply
      })
      const id = await render(world)
      expect(await ended(world.server.url, id)).toMatchObject({ state: 'succeeded', version: 3 })
      expect((await resultOf(world, id)).text).toBe('"early"')
    }
  })

  test('twice: the first counts, and the second is told the same', async () => {
    await using world = await start()
    const id = await render(world)
    await waits(world, id)
    const url = addressIn(world)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => callBack(url, String(index))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    const { text } = await resultOf(world, id)
    expect((await callBack(url, '"late"')).json()).toEqual({ job: id, state: 'succeeded' })
    expect((await resultOf(world, id)).text).toBe(text)
    const events = await call(
      world.server.url,
      'GET /v1/channels/operations.api.render/events?since=0',
      {
        headers: { accept: 'application/json' },
      },
    )
    expect(events.json<{ events: unknown[] }>().events).toHaveLength(1)
    const metrics = await call(world.server.url, 'GET /metrics')
    expect(metrics.text).toMatch(/late_outcomes_total\{[^}]*\} 20/)
  })

  test('never: the job ends when its time is over, and later calls change nothing', async () => {
    await using world = await start({ callback: { within: '300ms' } })
    const id = await render(world)
    const job = await ended(world.server.url, id)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'upstream-timeout' } })
    expect((await callBack(addressIn(world), '1')).json()).toEqual({ job: id, state: 'failed' })
    await using other = await start()
    const due = await render(other, '{}', { 'buzzer-deadline': '500ms' })
    expect(await ended(other.server.url, due)).toMatchObject({
      error: { code: 'deadline-exceeded' },
    })
  })

  test('with a failure, where the hook says how that looks', async () => {
    await using world = await start({
      hook: { finish: { failed: { at: '/status', equals: ['error', false] } } },
    })
    const id = await render(world)
    await waits(world, id)
    const url = addressIn(world)
    expectProblem(await callBack(url, '{"status":'), 400, 'malformed-body')
    expectProblem(await callBack(url, 'x', { 'content-type': 'text/plain' }), 400, 'malformed-body')
    expect((await callBack(url, '{"status":"error","why":"paper"}')).status).toBe(200)
    expect(await ended(world.server.url, id)).toMatchObject({
      state: 'failed',
      error: {
        code: 'upstream-failed',
        upstreamError: { why: 'paper' },
        attempts: [{ attempt: 1 }],
      },
    })
    // Another run has an address of its own: what ended the first says nothing of it.
    await call(world.server.url, `POST /v1/jobs/${id}/retry`)
    await waits(world, id)
    expect((await callBack(url, '{"status":"ok"}')).status).toBe(200)
    expect((await until(world.server.url, id, ({ run }) => run === 2)).state).toBe('running')
    expect(addressIn(world)).not.toBe(url)
    await callBack(addressIn(world), '{"status":"ok"}')
    expect(await ended(world.server.url, id)).toMatchObject({ state: 'succeeded', run: 2 })
  })

  test('cancelled while it waits: the call that comes then changes nothing', async () => {
    await using world = await start()
    const id = await render(world)
    await waits(world, id)
    await call(world.server.url, `POST /v1/jobs/${id}/cancel`)
    expect((await callBack(addressIn(world), '1')).json()).toEqual({ job: id, state: 'cancelled' })
    await call(world.server.url, `DELETE /v1/jobs/${id}`)
    expectProblem(await callBack(addressIn(world), '1'), 404, 'job-not-found')
  })

  test('after a call that had to be made again, with the same key', async () => {
    await using world = await start()
    world.upstream.behave((_, count) => ({ status: count === 1 ? 503 : 202 }))
    const id = await render(world)
    await waits(world, id)
    const [first, second] = world.upstream.calls
    expect(first?.header('idempotency-key')).toBe(second?.header('idempotency-key'))
    expect(first?.header('callback-url')).toBe(second?.header('callback-url'))
    await callBack(addressIn(world), '1')
    expect(await ended(world.server.url, id)).toMatchObject({ state: 'succeeded', attempt: 2 })
  })

  test('though it also has a status monitor: whichever comes first', async () => {
    await using world = await start()
    world.upstream.behave(({ method }) =>
      method === 'GET' ? { status: 202 } : { status: 202, headers: ['Location', '/status'] },
    )
    const id = await render(world)
    await waits(world, id)
    const address = world.upstream.calls[0]?.header('callback-url') ?? ''
    expect((await callBack(address, '"called"')).status).toBe(200)
    expect((await resultOf(world, id)).text).toBe('"called"')
  })

  test('at an address in its body, beside what the caller sent', async () => {
    await using world = await start({
      callback: { at: '/options/callbackUrl', header: 'X-Notify' },
    })
    const large = 'x'.repeat(100_000)
    const body = `{"n":12345678901234567890,"options":{"callbackUrl":"http://evil.example"},"large":"${large}"}`
    const id = await render(world, body, { 'content-digest': 'sha-256=:x:' })
    await waits(world, id)
    const [arrived] = world.upstream.calls
    const sent = arrived?.body.toString() ?? ''
    const url = arrived?.header('x-notify') ?? ''
    expect(url).toContain(`/v1/hooks/done/${id}/`)
    expect(sent).toBe(body.replace('http://evil.example', url))
    expect(arrived?.header('content-digest')).toBeNull()
    for (const wrong of ['[]', '"text"', '{"options":1}']) {
      const failed = await ended(world.server.url, await render(world, wrong))
      expect(failed).toMatchObject({ state: 'failed', error: { code: 'validation-failed' } })
    }
    expect(world.upstream.calls).toHaveLength(1)
  })
})

describe('who may end a job', () => {
  test('nobody without the token of that job, that run and that hook', async () => {
    await using world = await start()
    const [id, other] = [await render(world), await render(world)]
    await waits(world, id)
    await waits(world, other)
    const url = addressIn(world)
    for (const wrong of [
      url.slice(0, -1),
      `${url}A`,
      url.replace('/1-', '/2-'),
      url.replace(/job_\w+/, (job) => (job === id ? other : id)),
      url.replace(/job_\w+/, 'job_x'),
    ])
      expectProblem(await callBack(wrong, '1'), 401, 'signature-invalid')
    expectProblem(await callBack(url.replace('done', 'else'), '1'), 404, 'hook-not-found')
    expectProblem(
      await callBack(`${world.server.url}/v1/hooks/done`, '1'),
      401,
      'signature-invalid',
    )
    expect((await world.server.store.jobs.read(id as JobId)).kind).toBe('found')
    await waits(world, id)
    // A caller cannot aim the call back elsewhere.
    const aimed = await render(world, '{}', { 'X-Other': '1' })
    await waits(world, aimed)
    expect(addressIn(world)).toContain(world.server.url)
  })

  test('nor with it, where calls have to be signed as well', async () => {
    await using world = await start({
      hook: { verify: { scheme: 'standard', secret: `whsec_${key}` }, finish: {} },
    })
    const id = await render(world)
    await waits(world, id)
    const url = addressIn(world)
    expectProblem(await callBack(url, '1'), 401, 'signature-invalid')
    const at = new Date()
    const signed = {
      'webhook-id': 'm',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign('m', at, '1'),
    }
    expect((await callBack(url, '1', signed)).status).toBe(200)
    expect((await resultOf(world, id)).text).toBe('1')
  })
})
