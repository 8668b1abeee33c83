import {
  ScheduleListSchema,
  type AcceptedDocument,
  type ScheduleListDocument,
} from '@buzzer/contract'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { ConfigError } from '../../packages/server/src/define/errors.ts'
import { operation, type ScheduleOptions } from '../../packages/server/src/define/operation.ts'
import { service } from '../../packages/server/src/define/service.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { getJob } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer } from './support/server.ts'
import { startUpstream } from './support/upstream.ts'
import { document, startWrapped } from './support/wrapped.ts'

test('schedules are listed, and run now besides their times', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    operations: {
      nightly: operation({
        schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
        run: gates.run,
      }),
      plain: operation({ run: () => 1 }),
    },
  })
  const answer = await call(server.url, 'GET /v1/schedules')
  const list = answer.json<ScheduleListDocument>()
  expect([...Value.Errors(ScheduleListSchema, list)], answer.text).toEqual([])
  const [schedule] = list.schedules
  expect(list.schedules).toMatchObject([
    { operation: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin', lastAt: null },
  ])
  const ahead = Date.parse(schedule?.nextAt ?? '') - Date.now()
  expect(ahead).toBeGreaterThan(0)
  expect(ahead).toBeLessThanOrEqual(25 * 3_600_000)

  const page = await call(server.url, 'GET /v1/schedules?limit=1')
  expect(page.json()).toMatchObject({ schedules: [{ operation: 'nightly' }], next: null })
  for (const query of ['limit=0', 'limit=1&limit=2', 'operation=nightly']) {
    const unknown = await call(server.url, `GET /v1/schedules?${query}`)
    expectProblem(unknown, 400, 'invalid-parameter')
  }

  const headers = { 'buzzer-tags': 'by-hand', 'idempotency-key': 'one' }
  const ran = await call(server.url, 'POST /v1/schedules/nightly/run', { headers })
  expect(ran.status, ran.text).toBe(202)
  const { id } = ran.json<AcceptedDocument>()
  const { input, ctx } = await gates.next()
  expect([input, ctx.job.id, ctx.job.scheduledFor]).toEqual([undefined, id, null])
  expect(await getJob(server.url, id)).toMatchObject({ tags: ['by-hand', 'schedule'] })
  const again = await call(server.url, 'POST /v1/schedules/nightly/run', { headers })
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(again.json<AcceptedDocument>().id).toBe(id)

  for (const name of ['plain', 'none']) {
    const refused = await call(server.url, `POST /v1/schedules/${name}/run`)
    expectProblem(refused, 404, 'operation-not-found')
  }
  const withInput = await call(server.url, 'POST /v1/schedules/nightly/run', { json: {} })
  expectProblem(withInput, 422, 'validation-failed')
  const wrongHeader = { headers: { 'buzzer-priority': 'x' } }
  const wrong = await call(server.url, 'POST /v1/schedules/nightly/run', wrongHeader)
  expectProblem(wrong, 400, 'invalid-header')
})

test('an operation of a wrapped API runs by itself, where it needs no input', async () => {
  await using wrapped = await startWrapped({ operations: { slash: { schedule: '* * * * * *' } } })
  await expect.poll(() => wrapped.upstream.calls.length).toBeGreaterThan(0)
  expect(wrapped.upstream.calls[0]).toMatchObject({ method: 'GET', target: '/slash/' })
})

test('the policies of a stored API take a schedule too, and say where one cannot be', async () => {
  await using upstream = await startUpstream()
  await using server = await startTestServer({ outboundAllow: [upstream.host] })
  const api = { openapi: document, url: upstream.url }
  const made = await call(server.url, 'PUT /v1/services/things', { json: api })
  expect(made.status, made.text).toBe(201)
  const patch = (name: string, json: unknown) =>
    call(server.url, `PATCH /v1/operations/things.${name}`, { json })
  const schedules = async () =>
    (await call(server.url, 'GET /v1/schedules')).json<ScheduleListDocument>().schedules

  const taken = await patch('slash', { schedule: { cron: '* * * * * *', overlap: 'skip' } })
  expect(taken.status, taken.text).toBe(200)
  expect(await schedules()).toMatchObject([{ operation: 'things.slash', overlap: 'skip' }])
  await expect.poll(() => upstream.calls.length).toBeGreaterThan(0)
  for (const [name, schedule] of [
    ['read', '0 3 * * *'],
    ['slash', 'sometimes'],
    ['slash', { cron: '0 3 * * *', timeZone: 'Mars' }],
  ] as const) {
    expectProblem(await patch(name, { schedule }), 422, 'validation-failed')
  }
  expect(await schedules()).toHaveLength(1)
  expect((await patch('slash', { schedule: null })).status).toBe(200)
  expect(await schedules()).toEqual([])
})

const needsMonth = { type: 'object', required: ['month'] } as const

test.each<[string | ScheduleOptions, object, string, RegExp]>([
  ['0 25 * * *', {}, 'schedule.cron', /hour: 25/],
  ['sometimes', {}, 'schedule.cron', /'sometimes' is not a time/],
  ['0 0 30 2 *', {}, 'schedule.cron', /never comes/],
  [
    { cron: '0 3 * * *', timeZone: 'Berlin' },
    {},
    'schedule.timeZone',
    /'Berlin' is not a time zone/,
  ],
  ['0 3 * * *', { input: needsMonth }, 'schedule', /with no input, which it does not take/],
])('a server does not start with the schedule %j', async (schedule, more, path, detail) => {
  const operations = { report: operation({ schedule, ...more, run: () => 1 }) }
  const starting = startTestServer({ operations })
  await expect(starting).rejects.toBeInstanceOf(ConfigError)
  await expect(starting).rejects.toMatchObject({
    issues: [
      { path: `operations.report.${path}`, detail: expect.stringMatching(detail) as string },
    ],
  })
})

test('nor with one for a call of a wrapped API that needs something', async () => {
  const api = service({
    openapi: document,
    url: 'http://127.0.0.1:9',
    operations: { read: { schedule: '0 3 * * *' } },
  })
  await expect(startTestServer({ services: { api } })).rejects.toMatchObject({
    issues: [
      {
        path: 'services.api.operations.read.schedule',
        detail: expect.stringContaining('/things/{id} has parameters') as string,
      },
    ],
  })
})
