import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findOrInstall } from './install.ts'
import { findFreePort } from './port.ts'
import { startProgram } from './process.ts'

export interface Redis extends AsyncDisposable {
  /** As in `redis://127.0.0.1:6379`. */
  readonly url: string
}

export interface RedisOptions {
  /** Settings beyond the defaults, as in redis.conf; with any, TEST_REDIS_URL is not used. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * A Redis for tests and benchmarks: the one that TEST_REDIS_URL names, else an own process on a
 * free port with its data in a temporary folder, both gone once it is disposed of.
 *
 * @throws Error that says what to install where there is no redis-server and none can be had
 */
export async function startRedis({ settings }: RedisOptions = {}): Promise<Redis> {
  const given = process.env.TEST_REDIS_URL
  if (given !== undefined && given !== '' && settings === undefined) {
    return { url: given, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const binary = await findOrInstall({ binary: 'redis-server', debianPackage: 'redis-server' })
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-redis-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const port = await findFreePort()
  parts.use(
    await startProgram({
      command: binary,
      args: argumentsFor(port, folder, settings),
      cwd: folder,
      ready: /Ready to accept connections/,
      timeoutMs: 10_000,
    }),
  )
  const owned = parts.move()
  return {
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function argumentsFor(
  port: number,
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): readonly string[] {
  const all = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', ...settings }
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
}
