import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { findFreePort } from '../../servers/port.ts'
import { blocksOf, fileOf, root, type Block, type Page } from './pages.ts'
import { makeProject } from './project.ts'

const commandTimeoutMs = 60_000

/** What a page lets people type, and what it then shows. */
export interface Typed {
  readonly block: Block
  readonly code: number | null
  readonly output: string
  /** What the page says that it prints; null where it says nothing. */
  readonly shown: string | null
}

/**
 * Does what a page says, from its beginning to its end, in a folder of its own: writes the files that
 * it shows and runs its commands. Ports that the page names stand for others, which are free.
 */
export async function followPage(page: Page): Promise<readonly Typed[]> {
  await using project = await makeProject()
  const ports = await freePorts(page)
  const env = surroundings(ports)
  const running: ChildProcess[] = []
  const typed: Typed[] = []
  try {
    const blocks = blocksOf(page)
    for (const [index, block] of blocks.entries()) {
      const text = ports.there(block.text)
      const file = fileOf(block)
      if (file !== null) await project.write(file, text)
      if (block.language !== 'sh' || !block.words.includes('run')) continue
      const next = blocks[index + 1]
      const shown = next?.words.includes('output') === true ? next.text : null
      const isBackground = block.words.includes('background')
      const ended = isBackground
        ? await startCommand(text, project.path, env, running)
        : await runCommand(text, project.path, env)
      typed.push({ block, ...ended, output: ports.back(ended.output), shown })
    }
  } finally {
    await Promise.all(running.map(stop))
  }
  return typed
}

interface Ports {
  readonly buzzer: number
  there(text: string): string
  back(text: string): string
}

async function freePorts({ text }: Page): Promise<Ports> {
  const named = new Set(['2899'])
  for (const [, port = ''] of text.matchAll(/127\.0\.0\.1:(\d{4,5})\b/g)) named.add(port)
  const free = new Map<string, string>()
  for (const port of named) free.set(port, String(await findFreePort()))
  const taken = new Map([...free].map(([port, other]) => [other, port]))
  const swap = (from: ReadonlyMap<string, string>) => (source: string) =>
    source.replaceAll(/\b\d{4,5}\b/g, (number) => from.get(number) ?? number)
  return { buzzer: Number(free.get('2899')), there: swap(free), back: swap(taken) }
}

function surroundings({ buzzer }: Ports): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:BUZZER_|npm_)/.test(name))
  return {
    ...Object.fromEntries(own),
    PATH: [join(root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
    NO_COLOR: '1',
    npm_config_loglevel: 'error',
    FORCE_COLOR: undefined,
    BUZZER_PORT: String(buzzer),
    BUZZER_URL: `http://127.0.0.1:${buzzer}`,
  }
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

function startShell(text: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn('sh', ['-e', '-c', text], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that stopping it stops all that it has started.
    detached: true,
  })
  let output = ''
  const read = (chunk: Buffer): void => void (output += chunk.toString())
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  return { child, output: () => output }
}

async function runCommand(text: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const { child, output } = startShell(text, cwd, env)
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), commandTimeoutMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, output: output() }
}

/** A command that goes on while others are typed: it is ready once it says that it listens. */
async function startCommand(
  text: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  running: ChildProcess[],
): Promise<Ended> {
  const { child, output } = startShell(text, cwd, env)
  running.push(child)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = (): void => {
    if (/listening/i.test(output())) resolve()
  }
  child.stdout.on('data', look)
  child.stderr.on('data', look)
  child.once('close', (code) => reject(new Error(`it ended with ${code}:\n${output()}`)))
  const timer = setTimeout(() => reject(new Error(`too slow:\n${output()}`)), commandTimeoutMs)
  await promise.finally(() => clearTimeout(timer))
  return { code: 0, output: output() }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  signalGroup(child, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 15_000)
  await closed
  clearTimeout(timer)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // All of it has ended already.
  }
}
