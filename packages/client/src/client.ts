import { outputReader } from './answer.ts'
import type { BatchEntry, BatchHandle, BatchOptions, OutputsOf } from './batch-handle.ts'
import type { ChannelHandle } from './channel/channel-handle.ts'
import type { ChannelData, ChannelName, Channels, ChannelsOf } from './channel/channel-types.ts'
import { openChannel } from './channel/open-channel.ts'
import { systemClock, type Clock } from './clock.ts'
import { createDeadLetters, type DeadLetters } from './dead-letters.ts'
import { fetchService, type ServiceCall } from './fetch-service.ts'
import type { JobHandle, ResultOptions } from './job-handle.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { LiveBatch } from './live-batch.ts'
import { LiveJob } from './live-job.ts'
import type {
  InputOf,
  OperationName,
  OperationsOf,
  OutputOf,
  SubmitArguments,
} from './operation-types.ts'
import type { Protocol } from './protocols.ts'
import { retryPolicy, type RetryOptions } from './retry.ts'
import { socketMaker, type WebSocketConstructor } from './socket/web-socket.ts'
import { submitBatch, type AnyBatchEntry } from './submit-batch.ts'
import { createSchedules, type Schedules } from './schedules.ts'
import { submitOperation } from './submit.ts'
import type { SubmitOptions } from './submit-options.ts'
import { spanMs, type Span } from './time.ts'
import { createTransport, type Credential, type Transport } from './transport.ts'
import { createDeliveries, type Deliveries } from './webhook/deliveries.ts'
import { createWebhooks, type Webhooks } from './webhook/webhooks.ts'

export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:2899`; in a browser, '' is the page's own. */
  readonly url: string | URL
  /** An API key (`bzk_…`) or an access token, or a function that gives one before each request. */
  readonly key?: Credential | undefined
  readonly retry?: RetryOptions | undefined
  /** How long an answer may take to begin, apart from what it was asked to wait. Default 90 s. */
  readonly timeout?: Span | undefined
  /** What sends the requests; the platform's own `fetch` without it. */
  readonly fetch?: typeof fetch | undefined
  /**
   * What opens WebSockets; the platform's own without it. Node 20 has none, and the package `ws` may
   * stand in.
   */
  readonly webSocket?: WebSocketConstructor | undefined
  /**
   * How events come, the best first: `ws` (WebSocket), `sse` (Server-Sent Events), `poll` (long
   * polling). One that does not come through gives way to the next. Default: all of them for
   * channels, and for jobs and batches in a page; elsewhere `['sse', 'poll']` for these.
   */
  readonly protocols?: readonly Protocol[] | undefined
  /**
   * What reads the JSON of events, outputs and results; `JSON.parse` without it. Another one may keep
   * numbers that JavaScript's cannot hold, such as large integers as BigInt. It is given messages and
   * documents of the server whole, of which everything else has to be as `JSON.parse` gives it.
   */
  readonly parse?: ((text: string) => unknown) | undefined
  /** For tests: the time. */
  readonly clock?: Clock | undefined
  /** For tests: numbers from 0 up to 1, for jitter. */
  readonly random?: (() => number) | undefined
}

/** A caller's view of one Buzzer server. It holds no connection of its own: nothing to close. */
export interface Client<Ops, Chs = Channels> {
  /**
   * Submits a job.
   *
   * @returns once the job is durable on the server
   * @throws BuzzerError where the server refuses (`validation-failed` names what is wrong);
   *   ConnectionError where it cannot be reached; TypeError for an option that cannot be sent
   */
  submit<Name extends OperationName<Ops>>(
    operation: Name,
    ...rest: SubmitArguments<InputOf<Ops, Name>, SubmitOptions>
  ): Promise<JobHandle<OutputOf<Ops, Name>>>
  /**
   * Submits a job and waits for its result: `submit()` and `result()` in one. With `wait`, a job
   * that is done by then costs one request.
   */
  run<Name extends OperationName<Ops>>(
    operation: Name,
    ...rest: SubmitArguments<InputOf<Ops, Name>, SubmitOptions & ResultOptions>
  ): Promise<OutputOf<Ops, Name>>
  /**
   * Submits up to 1,000 calls together: all of them are accepted, or none is.
   *
   * @returns once all jobs are durable on the server
   * @throws BuzzerError where the server refuses: `validation-failed` names each wrong entry in
   *   `problem.errors`; ConnectionError where it cannot be reached
   */
  batch<const Entries extends readonly BatchEntry<Ops>[]>(
    entries: Entries,
    options?: BatchOptions,
  ): Promise<BatchHandle<OutputsOf<Ops, Entries>>>
  /** A handle for a batch that was submitted before, here or elsewhere; sends nothing. */
  batchById(
    id: string,
    options?: { readonly token?: string | null | undefined },
  ): BatchHandle<unknown[]>
  /** A handle for a job that was submitted before, here or elsewhere; sends nothing. */
  job<Output = unknown>(
    id: string,
    options?: { readonly token?: string | null | undefined },
  ): JobHandle<Output>
  /**
   * Calls a wrapped API by its own route, as `fetch` would.
   *
   * @param path from the server's address on, such as `/api/legacy/reports?month=2026-10`
   * @returns a handle where the call became a job that has not ended yet (its `result()` is the
   *   upstream's answer), else the answer itself, whatever its status
   */
  fetch(path: string, call?: ServiceCall): Promise<Response | JobHandle<Response>>
  /** A handle for a channel, which may be read and published to; sends nothing. */
  channel<Name extends ChannelName<Chs>>(name: Name): ChannelHandle<ChannelData<Chs, Name>>
  readonly jobs: Jobs
  readonly deadLetters: DeadLetters
  readonly schedules: Schedules
  readonly webhooks: Webhooks
  readonly deliveries: Deliveries
}

/**
 * Makes a client. With the type of a config, `createClient<typeof config>(…)`, operations have their
 * names, inputs and outputs, and channels the types of their data; without one, every name is allowed and the types are `unknown`.
 */
export function createClient<Config = unknown>(
  options: ClientOptions,
): Client<OperationsOf<Config>, ChannelsOf<Config>> {
  const transport = createTransport(transportOptions(options))
  const submit = (operation: string, input?: unknown, how: SubmitOptions = {}) =>
    submitOperation(transport, operation, input, how, outputReader(transport))
  const client: Untyped = {
    submit,
    batch: (entries, how = {}) => submitBatch(transport, entries, how),
    batchById: (id, { token = null } = {}) =>
      new LiveBatch({ route: { transport, id, token }, batch: null, replayed: false }),
    run: async (operation, input, how) => (await submit(operation, input, how)).result(how),
    job: (id, { token = null } = {}) => attach(transport, id, token),
    fetch: (path, call = {}) => fetchService(transport, path, call),
    channel: (name) => openChannel(transport, name),
    jobs: createJobs(transport),
    deadLetters: createDeadLetters(transport),
    schedules: createSchedules(transport),
    webhooks: createWebhooks(transport),
    deliveries: createDeliveries(transport),
  }
  // The names and types exist for the compiler only; what runs is the same for every config.
  return client as Client<OperationsOf<Config>, ChannelsOf<Config>>
}

/** What runs, where every operation takes and gives anything. */
type Untyped = Omit<Client<Record<string, { input: unknown; output: unknown }>>, 'batch'> & {
  batch(entries: readonly AnyBatchEntry[], options?: BatchOptions): Promise<LiveBatch>
}

function attach<Output>(transport: Transport, id: string, token: string | null): JobHandle<Output> {
  const read = outputReader(transport) as (response: Response) => Promise<Output>
  const route = { transport, id, token }
  return new LiveJob({ route, job: null, replayed: false, outcome: null, read })
}

const transportOptions = (options: ClientOptions) => ({
  url: String(options.url).replace(/\/+$/, ''),
  credential: options.key ?? null,
  // Looked up at each call and called without `this`, which browsers insist on.
  fetch: options.fetch ?? ((...request: Parameters<typeof fetch>) => globalThis.fetch(...request)),
  retry: retryPolicy(options.retry),
  timeoutMs: spanMs(options.timeout ?? '90s'),
  clock: options.clock ?? systemClock,
  random: options.random ?? Math.random,
  sockets: socketMaker(options.webSocket),
  protocols: options.protocols ?? null,
  parse: options.parse ?? JSON.parse,
})
