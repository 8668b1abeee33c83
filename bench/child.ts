import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ForkedChild extends AsyncDisposable {
  /** Its first message, which it sends when it is ready. */
  readonly hello: unknown
  /** Sends it a message and waits for its answer. */
  ask(message: object): Promise<unknown>
}

/**
 * Starts a peer of this folder in a process of its own.
 *
 * @param file relative to this folder
 * @param greeting what it needs to know first, if anything
 */
export async function forkPeer(
  file: string,
  env: Readonly<Record<string, string>> = {},
  greeting?: object,
): Promise<ForkedChild> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    // A peer that warns of something must not disturb the table.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  if (greeting !== undefined) child.send(greeting)
  const hello = await nextMessage(child, file)
  return {
    hello,
    ask(message) {
      const answer = nextMessage(child, file)
      child.send(message)
      return answer
    },
    [Symbol.asyncDispose]: () => killAndWait(child),
  }
}

function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const onExit = (code: number | null): void => reject(new Error(`${name} ended with ${code}`))
  child.once('exit', onExit)
  child.once('message', (message) => {
    child.off('exit', onExit)
    resolve(message)
  })
  return promise
}

/** At once: what it holds is thrown away anyway, and the next round wants the cores. */
export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
