import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { stagePackages } from '../../scripts/build/stage.ts'
import { temporaryFolder } from './folder.ts'

const run = promisify(execFile)
const npmTimeoutMs = 180_000

/** A project of somebody who has installed our packages from their archives. */
export interface Installed extends AsyncDisposable {
  /** The project's folder, with a package.json and node_modules in it. */
  readonly path: string
  /** The packages as they were packed. */
  readonly staged: readonly string[]
}

/** Builds and packs all that is published, and installs it as a user of this machine would. */
export async function installPackages(): Promise<Installed> {
  await using parts = new AsyncDisposableStack()
  const work = parts.use(await temporaryFolder('packages'))
  const project = parts.use(await temporaryFolder('installed'))
  const staged = await stagePackages(join(work.path, 'staged'))
  await npm(work.path, ['pack', ...staged])
  const archives = (await readdir(work.path)).filter((name) => name.endsWith('.tgz'))
  await writeFile(join(project.path, 'package.json'), '{ "private": true }\n')
  const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund']
  await npm(project.path, ['install', ...flags, ...archives.map((name) => join(work.path, name))])
  const owned = parts.move()
  return { path: project.path, staged, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What users have on their PATH: the machine's own programs, and nothing that npm put before. */
export const machinePath = (): string =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules[\\/]\.bin[\\/]?$/.test(folder))
    .join(delimiter)

const npm = (cwd: string, args: readonly string[]) =>
  run('npm', args, {
    cwd,
    env: { ...process.env, PATH: machinePath() },
    timeout: npmTimeoutMs,
    maxBuffer: 16_000_000,
  })
