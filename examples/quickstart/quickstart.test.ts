import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOrInstall } from '../../test/servers/install.ts'

const start = fileURLToPath(new URL('start.ts', import.meta.url))

interface Quickstart {
  /** Its output up to the end of its banner. */
  readonly banner: Promise<string>
  /** All of its output, and its exit code. */
  readonly ended: Promise<{ readonly output: string; readonly code: number | null }>
  stop(): void
}

function runQuickstart(args: readonly string[]): Quickstart {
  const child = spawn(process.execPath, [start, ...args], {
    env: { ...process.env, LEGACY_MIN_MS: '10', LEGACY_MAX_MS: '20' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise: banner, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  const read = (chunk: Buffer): void => {
    output += chunk.toString()
    if (output.includes('Ctrl-C')) resolve(output)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const ended = once(child, 'close').then(([code]) => {
    reject(new Error(`it ended with ${code}:\n${output}`))
    return { output, code: code as number | null }
  })
  banner.catch(() => {})
  return { banner, ended, stop: () => void child.kill('SIGINT') }
}

async function paste(command: string): Promise<string> {
  const shell = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(shell, 'close')
  return output
}

describe('npm start', () => {
  let folder = ''
  let quickstart: Quickstart

  beforeAll(async () => {
    await findOrInstall({ binary: 'curl', debianPackage: 'curl' })
    folder = await mkdtemp(join(tmpdir(), 'buzzer-quickstart-'))
    quickstart = runQuickstart(['--port', '0', '--data', folder])
    await quickstart.banner
  })

  afterAll(async () => {
    quickstart.stop()
    await quickstart.ended
    await rm(folder, { recursive: true, force: true })
  })

  test('every line that it prints to be pasted works', async () => {
    // Commands are what stands further in than their titles.
    const banner = await quickstart.banner
    const lines = banner.split('\n').filter((line) => line.startsWith('    '))
    const session = await paste(lines.join('\n'))
    expect(session).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/jobs\/job_/)
    expect(session).toContain('event: job.output')
    expect(session).toContain('event: job.succeeded')
    expect(session).toContain('{"month":"2027-05","pages":10}')
    expect(session).toContain('"total":6966')
  })

  test('ends cleanly on Ctrl-C', async () => {
    quickstart.stop()
    const { code } = await quickstart.ended
    expect(code).toBe(0)
  })
})

test('a port that is taken is named, with the next free one', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  const quickstart = runQuickstart(['--port', String(port)])
  const { code, output } = await quickstart.ended
  squatter.close()
  expect(code).toBe(1)
  expect(output).toContain(`Port ${port} is taken`)
  expect(output).toMatch(/fix: npm start -- --port \d+/)
})
