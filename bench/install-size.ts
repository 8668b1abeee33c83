import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { alone, below, type Benchmark } from './finding.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const npmTimeoutMs = 180_000
const isNodeItself = (name: string): boolean => /^node-(?:linux|darwin|win)-/.test(name)

/** What a user gets on disk who installs the server: our packages as published, and theirs. */
export const installSize: Benchmark = {
  name: 'install-size',
  summary: 'a production install, without the Node binary',
  async measure() {
    await using parts = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'buzzer-install-'))
    parts.defer(() => rm(folder, { recursive: true, force: true }))
    await installInto(folder)
    const ours = (await sizeOf(join(folder, 'node_modules'))) / 1_000_000
    const target = below(ours, 150, ' MB')
    return [{ what: 'production install', unit: 'MB', ...alone(ours), target }]
  },
}

async function installInto(folder: string): Promise<void> {
  const workspaces = await listPublished()
  const pack = ['pack', '--json', '--pack-destination', folder]
  await npm(root, [...pack, ...workspaces.map(({ path }) => `--workspace=${path}`)])
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const flags = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund']
  await npm(folder, ['install', ...flags, ...archives.map((name) => `./${name}`)])
}

async function listPublished(): Promise<readonly { readonly path: string }[]> {
  const names = await readdir(join(root, 'packages'))
  const manifests = await Promise.all(
    names.map(async (name) => {
      const path = `packages/${name}`
      const text = await readFile(join(root, path, 'package.json'), 'utf8').catch(() => null)
      const manifest = JSON.parse(text ?? '{"private":true}') as { readonly private?: boolean }
      return { path, published: manifest.private !== true }
    }),
  )
  return manifests.filter(({ published }) => published)
}

const npm = (cwd: string, args: readonly string[]) =>
  run('npm', args, { cwd, timeout: npmTimeoutMs, maxBuffer: 16_000_000 })

/** The bytes of all files below, as they are, not as blocks of the disk. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !isNodeItself(entry.name)) bytes += await sizeOf(path)
    else if (entry.isFile()) bytes += (await lstat(path)).size
  }
  return bytes
}
