import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compiler } from '../../scripts/build/compile.ts'

const run = promisify(execFile)

/** Node's types, which a project has among its own packages. */
export async function linkNodeTypes(project: string): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('@types/node/package.json')
  const types = dirname(dirname(manifest))
  const undici = dirname(createRequire(manifest).resolve('undici-types/package.json'))
  await symlink(types, join(project, 'node_modules/@types'))
  await symlink(undici, join(project, 'node_modules/undici-types')).catch(() => {})
}

/** @returns what the compiler says of a project; nothing, as a rule */
export async function checkTypes(folder: string): Promise<string> {
  const checking = run(process.execPath, [compiler(), '--project', folder])
  const { stdout } = await checking.catch((error: unknown) => error as { readonly stdout: string })
  return stdout
}

/** A program that serves until it is disposed of; it is there once it has written a line. */
export async function startProgram(
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<AsyncDisposable & { readonly said: string }> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { said: await firstLine(child), [Symbol.asyncDispose]: () => end(child) }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the program ended before it served')))
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  })
}

async function end(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}
