import type { JobDocument } from '@buzzer/contract'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface FakeEvent {
  readonly type: string
  readonly sequence: number
  readonly data: unknown
}

interface FakeJob {
  doc: JobDocument
  readonly events: FakeEvent[]
  readonly watchers: Set<() => void>
  result: unknown
}

interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that plays PROTOCOL.md as far as the client needs it, and misbehaves when told to. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly requests: SeenRequest[]
  /** Answers for the next requests on a path that contains the text; each is used once. */
  next(pathPart: string, answer: Answer): void
  create(operation?: string): string
  /** Changes a job by one version and tells everyone who watches it. */
  change(id: string, type: string, patch?: Partial<JobDocument>, data?: object): void
  finish(id: string, result: unknown): void
  /** Breaks all event streams. */
  cut(): void
  /** Resolves when that many event streams are open. */
  streaming(count?: number): Promise<void>
  readonly doc: (id: string) => JobDocument
}

const time = '2026-11-20T10:00:00.000Z'

export async function startFakeServer(): Promise<FakeServer> {
  const jobs = new Map<string, FakeJob>()
  const scripted: { pathPart: string; answer: Answer }[] = []
  const requests: SeenRequest[] = []
  const streams = new Set<ServerResponse>()

  const job = (id: string): FakeJob => {
    const found = jobs.get(id)
    if (found === undefined) throw new Error(`No job ${id}`)
    return found
  }
  const create = (operation = 'render-report'): string => {
    const id = `job_${String(jobs.size + 1).padStart(26, '0')}`
    jobs.set(id, { doc: newJob(id, operation), events: [], watchers: new Set(), result: null })
    return id
  }
  const change: FakeServer['change'] = (id, type, patch = {}, data) => {
    const { doc, events, watchers } = job(id)
    const version = doc.version + 1
    job(id).doc = { ...doc, ...patch, version }
    events.push({ type, sequence: version, data: { ...(data ?? job(id).doc) } })
    for (const wake of watchers) wake()
  }

  const server = createServer((request, response) => {
    void answer(request, response)
  })
  const answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async (
    request,
    response,
  ) => {
    const path = request.url ?? ''
    const seen = { method: request.method ?? '', path, headers: request.headers }
    requests.push({ ...seen, body: await readBody(request) })
    const index = scripted.findIndex(({ pathPart }) => path.includes(pathPart))
    const [script] = index === -1 ? [] : scripted.splice(index, 1)
    if (script !== undefined) return script.answer(request, response)
    route(request, response)
  }
  const route = (request: IncomingMessage, response: ServerResponse): void => {
    const [, id = '', action = ''] = /^\/v1\/jobs\/(job_\w+)\/?(\w*)/.exec(request.url ?? '') ?? []
    if (request.url?.startsWith('/v1/operations/') === true) return accept(request, response)
    if (!jobs.has(id)) return problem(response, 404, 'job-not-found')
    if (action === 'events') return stream(request, response, job(id))
    if (action === 'result') return answerResult(response, job(id))
    if (action === 'cancel') return cancel(response, id)
    poll(request, response, job(id))
  }
  const accept = (request: IncomingMessage, response: ServerResponse): void => {
    const id = create(request.url?.split('/')[3])
    json(response, 202, { ...job(id).doc, token: `bzj_${id}` })
  }
  const cancel = (response: ServerResponse, id: string): void => {
    change(id, 'job.cancelled', { state: 'cancelled', finishedAt: time })
    json(response, 202, job(id).doc)
  }
  const stream = (request: IncomingMessage, response: ServerResponse, from: FakeJob): void => {
    streams.add(response)
    response.on('close', () => streams.delete(response))
    writeStream(request, response, from)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: (pathPart, answerIt) => void scripted.push({ pathPart, answer: answerIt }),
    create,
    change,
    finish(id, result) {
      job(id).result = result
      change(id, 'job.succeeded', { state: 'succeeded', finishedAt: time })
    },
    cut: () => {
      for (const response of streams) response.destroy()
    },
    async streaming(count = 1) {
      while (streams.size < count) await new Promise((resolve) => setImmediate(resolve))
    },
    doc: (id) => job(id).doc,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const newJob = (id: string, operation: string): JobDocument => ({
  id,
  operation,
  state: 'queued',
  version: 1,
  progress: null,
  run: 1,
  attempt: 0,
  maxAttempts: 5,
  priority: 4,
  key: null,
  tags: [],
  waiting: null,
  parent: null,
  batch: null,
  createdAt: time,
  startedAt: null,
  finishedAt: null,
  expiresAt: null,
  error: null,
  links: { self: '', result: '', events: '', cancel: '' },
})

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  const body = { type: 'about:blank', title: code, status, detail: `It is ${code}`, code }
  json(response, status, body, { 'content-type': 'application/problem+json', ...headers })
}

function answerResult(response: ServerResponse, { doc, result }: FakeJob): void {
  if (doc.state !== 'succeeded') return problem(response, 404, 'result-not-ready')
  json(response, 200, result, { 'content-location': `/v1/jobs/${doc.id}` })
}

/** Long polling: with a known version, the answer waits for the next one. */
function poll(request: IncomingMessage, response: ServerResponse, job: FakeJob): void {
  const etag = (): string => `W/"${job.doc.version}"`
  const reply = (): void => json(response, 200, job.doc, { etag: etag() })
  if (request.headers['if-none-match'] !== etag()) return reply()
  const wake = (): void => {
    job.watchers.delete(wake)
    reply()
  }
  job.watchers.add(wake)
  response.on('close', () => job.watchers.delete(wake))
}

const isFinal = ({ state }: JobDocument): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

/** Section 4: a snapshot, the pieces of output above the cursor, then what follows. */
function writeStream(request: IncomingMessage, response: ServerResponse, job: FakeJob): void {
  const cursor = Number(request.headers['last-event-id'] ?? job.doc.version)
  const version = job.doc.version
  if (isFinal(job.doc) && request.headers['last-event-id'] !== undefined && cursor >= version) {
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write('retry: 3000\n\n')
  write(response, job, { type: 'job.snapshot', sequence: version, data: job.doc })
  let sent = version
  for (const event of job.events) {
    const isPiece = event.type === 'job.output' && event.sequence > cursor
    const isOutcome = event.sequence === version && isFinal(job.doc)
    if (event.sequence <= version && (isPiece || isOutcome)) write(response, job, event)
  }
  const follow = (): void => {
    for (const event of job.events.filter(({ sequence }) => sequence > sent)) {
      write(response, job, event)
      sent = event.sequence
    }
    if (isFinal(job.doc)) response.end()
  }
  job.watchers.add(follow)
  response.on('close', () => job.watchers.delete(follow))
  if (isFinal(job.doc)) response.end()
}

function write(response: ServerResponse, { doc }: FakeJob, event: FakeEvent): void {
  const sequence = String(event.sequence).padStart(16, '0')
  const cloudEvent = {
    specversion: '1.0',
    id: `evt_${doc.id}_${event.type}_${sequence}`,
    source: '/jobs',
    type: `dev.buzzer.${event.type}`,
    subject: doc.id,
    time,
    sequence,
    data: event.data,
  }
  response.write(`id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(cloudEvent)}\n\n`)
}
