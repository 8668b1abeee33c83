import { createIdSource } from '@buzzer/contract'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createBusyShare } from './app/busy-share.ts'
import { createDocsFiles } from './app/docs/docs-files.ts'
import { createDocuments } from './app/documents.ts'
import { refuseUnfinishedRestore } from './app/backup/unfinished.ts'
import { loadDefinitions } from './app/definitions.ts'
import { makeFolder } from './app/make-folder.ts'
import { createCallbackUrls, createHooks } from './app/hooks.ts'
import { createRegistry } from './app/registry/registry.ts'
import { ownHosts } from './app/own-hosts.ts'
import { systemClock } from './app/system-clock.ts'
import { systemRandom } from './app/system-random.ts'
import { openTraces } from './app/traces.ts'
import { createHookTokens } from './auth/hook/hook-token.ts'
import { createJobTokens } from './auth/job-token.ts'
import { createNoAuthentication } from './auth/none.ts'
import { createSealer } from './auth/seal.ts'
import { loadSecret } from './auth/secret.ts'
import { createTickets } from './auth/ticket.ts'
import { createWebhookKeys } from './auth/webhook-keys.ts'
import { createMemoryBus } from './bus/memory/memory-bus.ts'
import { createWebhookHandshake } from './channel/webhook/handshake.ts'
import { createWebhookChannel } from './channel/webhook/webhook-channel.ts'
import type { Config } from './config/config.ts'
import { urlHost } from './config/server-address.ts'
import { ConfigError } from './define/errors.ts'
import { createEngine } from './engine/engine.ts'
import { createOpenStreams } from './gateway/http/answer/open-streams.ts'
import { createTurnEnd } from './gateway/http/answer/turn-end.ts'
import { createHttpServer } from './gateway/http/server.ts'
import { createEventWriter } from './gateway/event-writer.ts'
import { createRenderings } from './gateway/renderings.ts'
import { createOutbound } from './outbound/outbound.ts'
import type { Clock } from './ports/clock.ts'
import type { Store } from './ports/store.ts'
import type { Telemetry } from './ports/telemetry.ts'
import { openSqliteStore } from './store/sqlite/open.ts'
import { createLog } from './telemetry/log.ts'
import { createLoopWatch } from './telemetry/loop-watch.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'
import { createCronTimetables } from './timetable/cron-timetables.ts'
import { version } from './app/version.ts'

/** A whole server, put together from its parts. */
export interface App extends AsyncDisposable {
  /** Begins to run jobs and to take requests. @returns the address that it got */
  listen(): Promise<{ readonly url: string }>
  /** The operations of which attempts are under way. */
  running(): readonly string[]
  /** Ends within the configured time: no new work, attempts finish or are given back; idempotent. */
  stop(): Promise<void>
}

/** A drain that took all its time leaves this for the spans that tell why, in milliseconds. */
const leastFlushMs = 500
/** And this for answers that are being read; slower readers are cut off, in milliseconds. */
const leastCloseMs = 250

/** To one origin, for deliveries: many webhooks may have one receiver. */
const deliveryConnections = 1_024

/** What a simulation or a test puts in the place of a part. */
export interface AppParts {
  readonly wrapStore?: (store: Store) => Store
  readonly clock?: Clock
}

const explainFolder =
  (folder: string) =>
  (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const detail = `the data folder ${folder} cannot be used: ${reason}`
    throw new ConfigError([{ path: 'data', detail }], { cause })
  }

/** The only place where parts are put together. */
export async function createApp(config: Config, parts: AppParts = {}): Promise<App> {
  await using resources = new AsyncDisposableStack()
  const clock = parts.clock ?? systemClock
  const random = systemRandom
  const timetables = createCronTimetables()
  const log = resources.use(
    createLog({ level: config.log.level, pretty: config.log.format === 'pretty' }),
  )
  for (const folder of [config.dataFolder, config.store.folder])
    await makeFolder(folder)
      .then(() => refuseUnfinishedRestore(folder))
      .catch(explainFolder(folder))
  const secret = await loadSecret(config.secret, config.dataFolder).catch(
    explainFolder(config.dataFolder),
  )
  const ids = createIdSource(clock.now, random.bytes)
  const node = ids.next('nod')
  const metrics: Metrics = resources.use(
    createMetrics({
      clock,
      version,
      depths: () => store.upkeep.depths(),
      deliveryDepth: () => store.deliveries.depth(),
      deadLetterAlertOf: (operation) => engine.deadLetters.alertOf(operation),
      slots: () => engine.slots(),
    }),
  )
  const telemetry: Telemetry = metrics
  const traces = resources.use(await openTraces(config, { clock, random, log, telemetry, node }))
  const tracing = traces?.tracing ?? null
  const hooks = createHooks(config, log)
  let url = ''
  const publicUrl = (): string => config.publicUrl ?? url
  const hookTokens = createHookTokens(secret)
  const callbackUrl = createCallbackUrls(hookTokens, publicUrl)
  const definitionDeps = { clock, random, log, tracing, timetables, callbackUrl }
  const declared = resources.use(await loadDefinitions(config, definitionDeps))
  const bus = resources.use(createMemoryBus())
  const opened = resources.use(
    await openSqliteStore({ folder: config.store.folder, log, telemetry }),
  )
  const store = parts.wrapStore?.(opened) ?? opened
  const definitions = resources.use(
    createRegistry({
      ...definitionDeps,
      config,
      declared,
      outbound: declared.outbound,
      store: store.definitions,
      bus,
      sealer: createSealer(secret, 'definitions'),
      onSwap: () => engine.serve(),
    }),
  )
  const webhookKeys = createWebhookKeys(secret)
  const webhooks = {
    outbound: resources.use(
      createOutbound({ allow: config.outboundAllow, clock, connections: deliveryConnections }),
    ),
    keys: webhookKeys,
    clock,
    userAgent: `Buzzer/${version}`,
    origin: new URL(config.publicUrl ?? `http://${urlHost(config.host)}`).host,
  }
  const engine = createEngine({
    store,
    bus,
    clock,
    soon: setImmediate,
    random,
    ids,
    catalog: definitions.catalog,
    log,
    telemetry,
    tracing,
    node,
    slots: config.slots,
    retention: config.retention,
    admissionBounds: config.admission,
    busyShare: createBusyShare(),
    shares: config.shares,
    timetables,
    deadLetterAlert: config.deadLetterAlert,
    sealer: createSealer(secret, 'webhooks'),
    deliveryChannel: createWebhookChannel(webhooks),
    handshake: createWebhookHandshake(webhooks),
    write: createEventWriter(() => publicUrl()),
  })
  resources.use(createLoopWatch({ clock, log, running: () => engine.runningOperations() }))

  let hosts: ReadonlySet<string> = new Set()
  let stopping: Promise<void> | null = null
  const stopped = new AbortController()
  const { server, close } = createHttpServer({
    engine,
    catalog: definitions.catalog,
    registry: definitions,
    clock,
    log,
    telemetry,
    tracing,
    auth: createNoAuthentication(() => hosts),
    tokens: createJobTokens(secret),
    webhookKeys,
    hooks,
    hookTokens,
    tickets: createTickets({ secret, ids, clock, used: store.tickets }),
    publicUrl,
    limits: config.limits,
    renderings: createRenderings(publicUrl),
    streams: createOpenStreams(clock, stopped.signal),
    turnEnd: createTurnEnd(setImmediate),
    documents: createDocuments(definitions, publicUrl, hooks),
    docsFiles: createDocsFiles(),
    metrics: async () => ({ text: await metrics.render(), mediaType: metrics.contentType }),
    stopping: stopped.signal,
  })

  const owned = resources.move()
  const stopAll = async (): Promise<void> => {
    const endsAt = clock.monotonic() + config.shutdownMs
    stopped.abort()
    await engine.drain(config.shutdownMs)
    const callOff = clock.after(Math.max(leastCloseMs, endsAt - clock.monotonic()), () =>
      server.closeAllConnections(),
    )
    if (server.listening) await close()
    callOff()
    await traces?.flush(Math.max(leastFlushMs, endsAt - clock.monotonic()))
    await owned.disposeAsync()
  }
  const stop = (): Promise<void> => {
    stopping ??= stopAll()
    return stopping
  }
  return {
    async listen() {
      await definitions.start()
      await engine.start()
      server.listen({ host: config.host, port: config.port })
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      url = `http://${urlHost(config.host)}:${port}`
      hosts = ownHosts(config.host, port, config.publicUrl)
      return { url }
    },
    running: () => engine.runningOperations(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
