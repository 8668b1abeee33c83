import { describe, expect, it } from 'vitest'
import { createClient, type Client } from '../client.ts'
import { BuzzerError, ConnectionError } from '../error.ts'
import { delivery, webhook } from '../testing/fake-webhooks.ts'
import { createSkippingClock } from '../testing/skipping-clock.ts'

interface Sent {
  readonly call: string
  readonly body: unknown
  readonly headers: Headers
}

/** A client whose requests are answered by these, one after the other. */
function setUp(...answers: (Response | Error)[]) {
  const sent: Sent[] = []
  const client = createClient({
    url: 'http://buzzer.test',
    clock: createSkippingClock(),
    random: () => 0.5,
    fetch: async (url, init = {}) => {
      const path = (url as string).replace('http://buzzer.test', '')
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null
      sent.push({ call: `${init.method} ${path}`, body, headers: new Headers(init.headers) })
      const answer = answers.shift() ?? new Error('nothing left')
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { client, sent }
}

const down = new TypeError('fetch failed')
const withSecret = { ...webhook(), secret: 'whsec_1' }
const whole = { ...delivery({ state: 'failed', attempt: 1 }), attempts: [], body: '{}' }
const since = new Date('2026-11-20T09:00:00Z')
const at = '2026-11-20T09:00:00.000Z'
const query = encodeURIComponent(at)

type Row = readonly [
  call: string,
  body: unknown,
  answer: unknown,
  act: (client: Client<unknown>) => Promise<unknown>,
]

const rows: readonly Row[] = [
  [
    'GET /v1/webhooks?limit=5&cursor=c',
    null,
    { webhooks: [webhook()], next: 'd' },
    ({ webhooks }) => webhooks.list({ limit: 5, cursor: 'c' }),
  ],
  [
    'POST /v1/webhooks',
    { url: 'https://example.com/hook', channels: ['orders.*'] },
    withSecret,
    ({ webhooks }) => webhooks.create({ url: 'https://example.com/hook', channels: ['orders.*'] }),
  ],
  ['GET /v1/webhooks/whk_1', null, webhook(), ({ webhooks }) => webhooks.get('whk_1')],
  ['GET /v1/webhooks/a%2Fb', null, webhook(), ({ webhooks }) => webhooks.get('a/b')],
  [
    'PATCH /v1/webhooks/whk_1',
    { filter: null, headers: { 'x-key': null }, policy: { timeout: '5s' } },
    webhook(),
    ({ webhooks }) =>
      webhooks.change('whk_1', {
        filter: null,
        headers: { 'x-key': null },
        policy: { timeout: '5s' },
      }),
  ],
  [
    'PUT /v1/webhooks/whk_1',
    { url: 'https://example.com/b' },
    webhook(),
    ({ webhooks }) => webhooks.replace('whk_1', { url: 'https://example.com/b' }),
  ],
  [
    'PATCH /v1/webhooks/whk_1',
    { enabled: true },
    webhook(),
    ({ webhooks }) => webhooks.enable('whk_1'),
  ],
  [
    'PATCH /v1/webhooks/whk_1',
    { enabled: false },
    webhook({ enabled: false }),
    ({ webhooks }) => webhooks.disable('whk_1'),
  ],
  ['DELETE /v1/webhooks/whk_1', null, undefined, ({ webhooks }) => webhooks.delete('whk_1')],
  [
    'POST /v1/webhooks/whk_1/rotate-secret',
    null,
    withSecret,
    ({ webhooks }) => webhooks.rotateSecret('whk_1'),
  ],
  [
    'POST /v1/webhooks/whk_1/rotate-secret',
    { secret: 'whsec_2' },
    withSecret,
    ({ webhooks }) => webhooks.rotateSecret('whk_1', { secret: 'whsec_2' }),
  ],
  ['POST /v1/webhooks/whk_1/test', null, delivery(), ({ webhooks }) => webhooks.test('whk_1')],
  [
    `GET /v1/webhooks/whk_1/deliveries?state=failed&type=price&after=${query}&limit=2`,
    null,
    { deliveries: [delivery()], next: null },
    ({ webhooks }) =>
      webhooks.deliveries('whk_1', { state: 'failed', type: 'price', after: since, limit: 2 }),
  ],
  [
    'POST /v1/webhooks/whk_1/redeliver',
    {},
    { count: 0 },
    ({ webhooks }) => webhooks.redeliverFailed('whk_1'),
  ],
  [
    'POST /v1/webhooks/whk_1/redeliver',
    { after: at, type: 'price', rate: 5 },
    { count: 7 },
    ({ webhooks }) => webhooks.redeliverFailed('whk_1', { after: since, type: 'price', rate: 5 }),
  ],
  [
    'POST /v1/webhooks/whk_1/replay',
    { since: at, channel: 'quotes.ACME' },
    { count: 7 },
    ({ webhooks }) => webhooks.replay('whk_1', { since, channel: 'quotes.ACME' }),
  ],
  ['GET /v1/webhook-keys', null, { keys: [] }, ({ webhooks }) => webhooks.keys()],
  [
    `GET /v1/deliveries?webhook=whk_1&job=job_1&event=evt_1&before=${query}`,
    null,
    { deliveries: [], next: null },
    ({ deliveries }) =>
      deliveries.list({ webhook: 'whk_1', job: 'job_1', event: 'evt_1', before: since }),
  ],
  ['GET /v1/deliveries/dlv_1', null, whole, ({ deliveries }) => deliveries.get('dlv_1')],
  [
    'POST /v1/deliveries/dlv_1/redeliver',
    null,
    delivery(),
    ({ deliveries }) => deliveries.redeliver('dlv_1'),
  ],
]

const answerOf = (value: unknown): Response =>
  value === undefined ? new Response(null, { status: 204 }) : Response.json(value)

describe('webhooks and deliveries', () => {
  it.each(rows)('%s %j', async (call, body, answer, act) => {
    const { client, sent } = setUp(answerOf(answer))
    await expect(act(client)).resolves.toEqual(answer)
    expect(sent).toMatchObject([{ call, body }])
  })

  it.each(rows)('%s %j refuses an answer that is something else', async (...[, , answer, act]) => {
    const { client } = setUp(Response.json({ other: true }))
    if (answer === undefined) return expect(act(client)).resolves.toBeUndefined()
    await expect(act(client)).rejects.toMatchObject({ code: 'unexpected-response' })
  })

  it.each(rows)('%s %j is sent again only where that starts nothing twice', async (...row) => {
    const [call, , answer, act] = row
    const { client } = setUp(down, answerOf(answer))
    const isRepeated = !call.startsWith('POST')
    if (isRepeated) await expect(act(client)).resolves.toEqual(answer)
    else await expect(act(client)).rejects.toBeInstanceOf(ConnectionError)
  })

  it('passes problems on', async () => {
    const problem = {
      type: 'about:blank',
      title: '',
      status: 422,
      detail: 'No.',
      code: 'endpoint-url-rejected',
    }
    const headers = { 'content-type': 'application/problem+json' }
    const { client } = setUp(Response.json(problem, { status: 422, headers }))
    const made = client.webhooks.create({ url: 'http://127.0.0.1/' })
    await expect(made).rejects.toSatisfy(
      (error) => error instanceof BuzzerError && error.code === 'endpoint-url-rejected',
    )
  })

  it('changes only the version that was seen, once only', async () => {
    const { client, sent } = setUp(answerOf(webhook()), answerOf(webhook()), down)
    const { webhooks } = client
    await webhooks.change('whk_1', { description: 'new' }, { version: 7 })
    await webhooks.replace('whk_1', { url: 'https://example.com/' }, { version: 8 })
    await expect(webhooks.enable('whk_1', { version: 9 })).rejects.toBeInstanceOf(ConnectionError)
    expect(sent.map(({ headers }) => headers.get('if-match'))).toEqual(['"7"', '"8"', '"9"'])
    expect(sent.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/merge-patch+json',
      'application/json',
      'application/merge-patch+json',
    ])
  })

  it('reads all pages', async () => {
    const ids = async (items: AsyncIterable<{ readonly id: string }>) =>
      (await Array.fromAsync(items)).map(({ id }) => id)
    const page = (plural: string, item: object, next: string | null) =>
      Response.json({ [plural]: [item], next })
    const { client, sent } = setUp(
      page('webhooks', webhook(), 'c'),
      page('webhooks', { ...webhook(), id: 'whk_2' }, null),
      page('deliveries', delivery(), 'd'),
      page('deliveries', { ...delivery(), id: 'dlv_2' }, null),
    )
    await expect(ids(client.webhooks.all({ limit: 1 }))).resolves.toEqual(['whk_1', 'whk_2'])
    const failed = client.deliveries.all({ state: 'failed' })
    await expect(ids(failed)).resolves.toEqual(['dlv_1', 'dlv_2'])
    expect(sent.map(({ call }) => call)).toEqual([
      'GET /v1/webhooks?limit=1',
      'GET /v1/webhooks?limit=1&cursor=c',
      'GET /v1/deliveries?state=failed',
      'GET /v1/deliveries?state=failed&cursor=d',
    ])
  })
})

describe('callbacks', () => {
  it('are asked for with a job and with a batch', async () => {
    const callback = {
      url: new URL('https://example.com/x'),
      events: 'states',
      secret: 'whsec_1',
    } as const
    const { client, sent } = setUp(
      down,
      down,
      down,
      down,
      down,
      down,
      down,
      down,
      down,
      down,
      down,
      down,
    )
    await expect(client.submit('a', 1, { callback })).rejects.toBeInstanceOf(ConnectionError)
    const first = sent.length
    await expect(client.batch([{ operation: 'a' }], { callback })).rejects.toBeInstanceOf(
      ConnectionError,
    )
    for (const { headers } of [sent[0], sent[first]].flatMap((each) => each ?? [])) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'callback-url': 'https://example.com/x',
        'callback-events': 'states',
        'callback-secret': 'whsec_1',
      })
    }
    expect(sent.map(({ call }) => call)).toContain('POST /v1/batches')
  })
})
