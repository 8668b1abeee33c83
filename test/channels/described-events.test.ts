import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from '../http/support/call.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openStream } from '../http/support/sse.ts'
import { startReceiver } from '../webhooks/support/receiver.ts'
import { openSocket } from '../websocket/support/socket.ts'

interface Message {
  readonly payload: { readonly properties?: { readonly type?: { readonly const?: string } } }
}
interface Described {
  readonly channels: Readonly<
    Record<string, { address: string | null; messages: Readonly<Record<string, Message>> }>
  >
}

/** An event or a message: whatever says what it is. */
interface Said {
  readonly type: string
}

let server: TestServer
/** Says what of something sent is not as `/asyncapi.json` has it for the channel of this address. */
let wrong: (address: string, sent: Said) => readonly string[]

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      report: operation({
        output: { type: 'object' },
        async run(_, ctx) {
          await ctx.progress(50, 'half way')
          await ctx.output({ page: 1 })
          return { pages: 1 }
        },
      }),
      broken: operation({
        retry: { attempts: 2, delay: '1ms' },
        run() {
          throw new Error('The printer is on fire.')
        },
      }),
    },
    channels: { news: channel({ data: { type: 'object' }, presence: true }) },
    outboundAllow: ['127.0.0.1'],
  })
  wrong = await validatorOf(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

async function validatorOf(url: string): Promise<typeof wrong> {
  const document = (await call(url, 'GET /asyncapi.json')).json<Described>()
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'api')
  return (address, sent) => {
    const found = Object.values(document.channels).find((each) => each.address === address)
    const messages = Object.values(found?.messages ?? {})
    const typeOf = ({ payload }: Message) => payload.properties?.type?.const
    const message =
      messages.find((each) => typeOf(each) === sent.type) ??
      messages.find((each) => typeOf(each) === undefined)
    if (message === undefined) return [`there is no ${sent.type} on ${address}`]
    const text = JSON.stringify(message.payload).replaceAll('"$ref":"#/', '"$ref":"api#/')
    const validate = ajv.compile(JSON.parse(text) as object)
    return validate(sent) ? [] : [ajv.errorsText(validate.errors), JSON.stringify(sent)]
  }
}

/** Submits, and gives all that is told of the job. */
async function told(name: string) {
  const { id } = (await call(server.url, `POST /v1/operations/${name}/jobs`)).json<{ id: string }>()
  using stream = await openStream(server.url, `/v1/jobs/${id}/events?since=0`)
  return await stream.rest()
}

async function kept(name: string): Promise<readonly Said[]> {
  const headers = { accept: 'application/json', prefer: 'wait=10' }
  const answer = await call(server.url, `GET /v1/channels/${name}/events?since=0`, { headers })
  return answer.json<{ events: Said[] }>().events
}

test.each(['report', 'broken'])('what is told of a job of %s is as described', async (name) => {
  const events = await told(name)
  expect(events.length).toBeGreaterThan(1)
  expect(events.flatMap(({ data }) => wrong('jobs/{jobId}', data))).toEqual([])
  const outcomes = await kept(`operations.${name}`)
  expect(outcomes.length).toBeGreaterThan(0)
  expect(outcomes.flatMap((event) => wrong(`operations/${name}`, event))).toEqual([])
})

test('what is told of a batch is as described', async () => {
  const json = { jobs: [{ operation: 'report' }, { operation: 'broken' }] }
  const { id } = (await call(server.url, 'POST /v1/batches', { json })).json<{ id: string }>()
  using stream = await openStream(server.url, `/v1/batches/${id}/events?since=0`)
  const events = await stream.rest()
  expect(events.at(-1)?.event).toBe('batch.failed')
  expect(events.flatMap(({ data }) => wrong('batches/{batchId}', data))).toEqual([])
})

test('what is told of webhooks is as described', async () => {
  await using receiver = await startReceiver()
  receiver.behave('/', () => ({ status: 410 }))
  const json = { url: receiver.url('/'), channels: ['news'] }
  expect((await call(server.url, 'POST /v1/webhooks', { json })).status).toBe(201)
  await call(server.url, 'POST /v1/channels/news/events', { json: {} })
  const events = await kept('webhooks')
  expect(events.length).toBeGreaterThan(0)
  expect(events.flatMap((event) => wrong('webhooks', event))).toEqual([])
})

test('what is said on the socket is as described, both ways', async () => {
  using socket = await openSocket(server.url)
  const say = async (message: Said & Readonly<Record<string, unknown>>): Promise<void> => {
    expect(wrong('/v1/ws', message)).toEqual([])
    const said = await socket.ask(message)
    expect(wrong('/v1/ws', said)).toEqual([])
    expect(said.type).not.toBe('error')
  }
  const about = { id: '1', channel: 'news' }
  await say({ type: 'publish', ...about, event: { type: 'a', data: {} } })
  await say({ type: 'publish', ...about, events: [{ type: 'a', data: {} }] })
  await say({ type: 'submit', id: '2', operation: 'report', input: {} })
  await say({ type: 'subscribe', ...about, since: 0, as: 'ann', credit: 1 })
  expect(wrong('/v1/ws', await socket.next())).toEqual([])
  await say({ type: 'ping', id: '3' })
  const refused = await socket.ask({ type: 'publish', id: '4', channel: 'none', event: {} })
  expect(refused.type).toBe('error')
  expect(wrong('/v1/ws', refused)).toEqual([])
})
