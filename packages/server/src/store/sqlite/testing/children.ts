import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Another process that opens a store, for the tests; see child.ts for what it does. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next line that it prints; null at its end. */
  line(): Promise<string | null>
  /** Says a line to it, and gives the line that it answers with. */
  ask(line: string): Promise<string | null>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

export function startChild(work: 'answer' | 'write' | 'fan-out', folder: string): Child {
  const script = fileURLToPath(new URL('./child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, work, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string | null> => {
    const next = await lines.next()
    return next.done === true ? null : next.value
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    pid: child.pid ?? 0,
    line,
    ask(text) {
      child.stdin.write(`${text}\n`)
      return line()
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
