import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json as readJson } from 'node:stream/consumers'
import type { JobDocument, JobState } from '@buzzer/client'
import { answerChannel } from './fake-channel.ts'
import { answerWebhook } from './fake-webhooks.ts'

interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** Plays PROTOCOL.md as far as the commands need it; the job's id says what becomes of it. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly SeenRequest[]
}

const time = '2026-11-20T10:00:00.000Z'

/** Operations of these names end so; all others stay as they are. */
const outcomes: Readonly<Record<string, JobState>> = {
  works: 'succeeded',
  fails: 'failed',
  draws: 'succeeded',
}

export const jobId = (operation: string): string =>
  `job_${operation.replaceAll(/[ilou]/g, '').padStart(26, '0')}`

const job = (operation: string, state: JobState): JobDocument => ({
  id: jobId(operation),
  operation,
  state,
  version: state === 'queued' ? 1 : 3,
  progress: state === 'queued' ? null : { percent: 50, message: 'half way' },
  run: 1,
  attempt: state === 'queued' ? 0 : 1,
  maxAttempts: 5,
  priority: 4,
  key: null,
  tags: [],
  waiting: null,
  parent: null,
  batch: null,
  createdAt: time,
  startedAt: state === 'queued' ? null : time,
  finishedAt: state === 'succeeded' || state === 'failed' ? time : null,
  expiresAt: null,
  error: state === 'failed' ? problem('handler-failed', 500, 'It broke.') : null,
  links: { self: '', result: '', events: '', cancel: '' },
})

const problem = (code: string, status: number, detail: string) => ({
  type: `http://127.0.0.1/problems/${code}`,
  title: `Title of ${code}`,
  status,
  detail,
  code,
})

const groups = {
  groups: [
    {
      group: '0123456789abcdef',
      operation: 'works',
      code: 'handler-failed',
      title: 'The handler failed',
      detail: 'no',
      count: 7,
      oldest: time,
      newest: time,
      sample: jobId('works'),
    },
  ],
  next: null,
}

const schedules = {
  schedules: [
    {
      operation: 'works',
      cron: '0 3 * * *',
      timeZone: 'Europe/Berlin',
      catchUp: 'once',
      overlap: 'allow',
      nextAt: null,
      lastAt: time,
      lastJob: jobId('works'),
    },
  ],
  next: null,
}

export async function startFakeServer(): Promise<FakeServer> {
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    void record(request, requests).then((body) => {
      if (answerChannel(request, response, body)) return
      if (!answerWebhook(request, response, body)) answer(request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function record(request: IncomingMessage, requests: SeenRequest[]): Promise<unknown> {
  const { method = '', url: path = '', headers } = request
  const body = headers['content-type'] === undefined ? null : await readJson(request)
  requests.push({ method, path, headers, body })
  return body
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, , place = '', name = '', action = ''] = (request.url ?? '').split(/[/?]/)
  const operation = ['works', 'fails', 'draws', 'hangs'].find((each) => jobId(each) === name)
  if (place === 'operations') submit(response, name)
  else if (operation !== undefined) answerJob(response, operation, action)
  else if (name === 'retry' || name === 'discard') send(response, 202, { count: 3 })
  else if (place === 'schedules') answerSchedules(response, name, action)
  else answerRest(response, request.url ?? '', name)
}

function answerRest(response: ServerResponse, url: string, name: string): void {
  if (url.includes('groupBy')) send(response, 200, groups)
  else if (url.startsWith('/openapi.')) send(response, 200, { its: 'own' })
  else if (url.includes('operation=rare') && !url.includes('cursor='))
    send(response, 200, { jobs: [], next: 'behind' })
  else if (name === '' || name.includes('='))
    send(response, 200, { jobs: [job('works', 'running')], next: 'more' })
  else send(response, 404, problem('job-not-found', 404, 'There is none.'))
}

function answerJob(response: ServerResponse, operation: string, action: string): void {
  if (action === 'events') stream(response, operation)
  else if (action === 'result') result(response, operation)
  else if (action === 'cancel') send(response, 202, job(operation, 'running'))
  else if (action === 'retry') send(response, 202, { ...job(operation, 'queued'), run: 2 })
  else send(response, 200, job(operation, outcomes[operation] ?? 'running'))
}

function answerSchedules(response: ServerResponse, operation: string, action: string): void {
  if (action === 'run') send(response, 202, job(operation, 'queued'))
  else send(response, 200, schedules)
}

function submit(response: ServerResponse, operation: string): void {
  if (operation !== 'refused')
    return send(response, 202, { ...job(operation, 'queued'), token: 'bzj_token' })
  const errors = [{ pointer: '/month', detail: 'is missing' }]
  send(response, 422, { ...problem('validation-failed', 422, 'Look at errors.'), errors })
}

function stream(response: ServerResponse, operation: string): void {
  const state = outcomes[operation]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  writeEvent(response, 'job.snapshot', job(operation, 'running'), 2)
  if (state === undefined) return
  writeEvent(response, `job.${state}`, job(operation, state), 3)
  response.end()
}

function writeEvent(response: ServerResponse, type: string, data: JobDocument, at: number): void {
  const sequence = String(at).padStart(16, '0')
  const event = { specversion: '1.0', id: `evt_${at}`, source: '/jobs', time, sequence, data }
  const text = JSON.stringify({ ...event, type: `dev.buzzer.${type}` })
  response.write(`id: ${sequence}\nevent: ${type}\ndata: ${text}\n\n`)
}

function result(response: ServerResponse, operation: string): void {
  const state = outcomes[operation]
  const headers = { 'content-location': `/v1/jobs/${jobId(operation)}` }
  if (state === undefined)
    return send(response, 404, problem('result-not-ready', 404, 'It has not ended.'))
  if (state === 'failed') return send(response, 500, job(operation, state).error, headers)
  if (operation !== 'draws') return send(response, 200, { pages: 10 }, headers)
  response.writeHead(200, { ...headers, 'content-type': 'image/png' }).end('PNG')
}

function send(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(value))
}
