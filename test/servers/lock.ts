import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Holds a file that only one process can hold. A holder that died without letting go is noticed
 * by its process id.
 *
 * @param timeoutMs how long to wait for another process
 */
export async function holdLock(file: string, timeoutMs: number): Promise<AsyncDisposable> {
  const end = performance.now() + timeoutMs
  while (!(await tryHold(file))) {
    if (performance.now() > end) throw new Error(`another process holds ${file} for too long`)
    await sleep(200)
  }
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
}

async function tryHold(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = Number(await readFile(file, 'utf8').catch(() => ''))
  // An empty file was made at this moment, and its holder has yet to write its id.
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true })
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
