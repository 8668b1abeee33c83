import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { findOrInstall } from '../servers/install.ts'

/** Where strace is; installed where it is missing and can be had. */
export const findStrace = (): Promise<string> =>
  findOrInstall({ binary: 'strace', debianPackage: 'strace' })

/** What runs a program under strace: the program keeps the process that was started. */
export const recording = (strace: string, file: string): readonly string[] => [
  strace,
  '-D',
  '-f',
  '-yy',
  '-ttt',
  '-s8192',
  '-esignal=none',
  '-etrace=write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync',
  `-o${file}`,
]

/** Reads a recording once the process has ended and strace has written all of it. */
export async function readRecording(file: string, pid: number): Promise<string> {
  const lastLine = new RegExp(`^${pid} .*\\+\\+\\+ exited with \\d+ \\+\\+\\+$`, 'm')
  for (;;) {
    const text = await readFile(file, 'utf8')
    if (lastLine.test(text)) return text
    await sleep(50)
  }
}

/**
 * Makes every sync of a running process fail with EIO, from when this resolves until it is
 * disposed of.
 */
export async function failSyncs(strace: string, pid: number): Promise<AsyncDisposable> {
  const tracer = spawn(
    strace,
    ['-f', '-p', String(pid), '-o', '/dev/null', '-e', 'trace=fsync,fdatasync'].concat([
      '-e',
      'inject=fsync,fdatasync:error=EIO',
      '-e',
      'signal=none',
    ]),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(tracer, 'exit')
  const attached = Promise.withResolvers<void>()
  const said: string[] = []
  createInterface(tracer.stderr).on('line', (line) => {
    said.push(line)
    if (/: Process \d+ attached/.test(line)) attached.resolve()
  })
  void ended.then(() => attached.reject(new Error(`strace cannot attach:\n${said.join('\n')}`)))
  await attached.promise
  return {
    async [Symbol.asyncDispose]() {
      // It lets go of the process when it is interrupted.
      tracer.kill('SIGINT')
      await ended
    },
  }
}
