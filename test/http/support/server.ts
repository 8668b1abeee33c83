import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, type AppParts } from '../../../packages/server/src/app.ts'
import type { Config } from '../../../packages/server/src/config/config.ts'
import type { Accept, Store } from '../../../packages/server/src/ports/store.ts'

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** The store below it, to look at what is there and to clean up at once. */
  readonly store: Store
  /** How often the store was asked to keep something. */
  acceptances(): number
}

/** A whole server in this process, on a port and in a folder of its own. */
export async function startTestServer(
  settings: Partial<Config> = {},
  parts: AppParts = {},
): Promise<TestServer> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-http-'))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  let accepted = 0
  let opened: Store | null = null
  const app = resources.use(
    await createApp(
      { ...defaults(folder), ...settings },
      {
        ...parts,
        wrapStore: (store) => {
          opened = countAccepts(parts.wrapStore?.(store) ?? store, () => (accepted += 1))
          return opened
        },
      },
    ),
  )
  const { url } = await app.listen()
  const owned = resources.move()
  if (opened === null) throw new Error('The server opened no store.')
  return {
    url,
    port: Number(new URL(url).port),
    store: opened,
    acceptances: () => accepted,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const countAccepts = (store: Store, count: () => void): Store => ({
  ...store,
  intake: {
    accept(command: Accept) {
      count()
      return store.intake.accept(command)
    },
  },
})

const defaults = (folder: string): Config => ({
  file: null,
  folder,
  dataFolder: folder,
  host: '127.0.0.1',
  port: 0,
  publicUrl: null,
  store: { kind: 'sqlite', folder },
  bus: { kind: 'memory' },
  auth: { kind: 'none' },
  secret: null,
  operations: {},
  services: {},
  channels: {},
  hooks: {},
  outboundAllow: [],
  limits: { bodyBytes: 1_048_576, resultBytes: 33_554_432 },
  retention: {
    jobsMs: 604_800_000,
    tombstonesMs: 2_592_000_000,
    eventsMs: 604_800_000,
    deliveriesMs: 2_592_000_000,
  },
  deadLetterAlert: 100,
  admission: { backlog: 10_000_000, ageMs: null },
  shares: {},
  slots: 64,
  log: { level: 'silent', format: 'json' },
  traces: null,
  shutdownMs: 2_000,
})
