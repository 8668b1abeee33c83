import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { holdLock } from './lock.ts'

const run = promisify(execFile)

export interface Wanted {
  /** The file to run, such as `redis-server`. */
  readonly binary: string
  /** The Debian package that brings it. */
  readonly debianPackage: string
  /** Where to look besides PATH. */
  readonly folders?: readonly string[]
}

const aptTimeoutMs = 240_000

/**
 * The path of a server's binary: what is there already, else what apt installs, as root on
 * Debian.
 *
 * @throws Error that says what to install, where it can be neither found nor installed
 */
export async function findOrInstall(wanted: Wanted): Promise<string> {
  const present = await find(wanted)
  if (present !== null) return present
  const { binary, debianPackage } = wanted
  const advice = `${binary} is missing: install the package ${debianPackage} (as root on Debian this is done for you)`
  if (
    process.getuid?.() !== 0 ||
    (await find({ binary: 'apt-get', debianPackage: 'apt' })) === null
  ) {
    throw new Error(advice)
  }
  await using _lock = await holdLock(join(tmpdir(), 'buzzer-test-apt.lock'), aptTimeoutMs)
  // Another process may have installed it while this one waited.
  const installed = (await find(wanted)) ?? (await install(wanted))
  if (installed === null) throw new Error(advice)
  return installed
}

async function find({ binary, folders = [] }: Wanted): Promise<string | null> {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...folders]
  for (const place of places.filter((folder) => folder !== '')) {
    const file = join(place, binary)
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return file
  }
  return null
}

async function install(wanted: Wanted): Promise<string | null> {
  process.stderr.write(`Installing ${wanted.debianPackage} for the tests\n`)
  await using _calm = await keepDaemonsDown()
  try {
    await aptGet('install', wanted.debianPackage)
  } catch {
    // The lists of packages may be missing or old.
    await aptGet('update')
    await aptGet('install', wanted.debianPackage)
  }
  return await find(wanted)
}

async function aptGet(
  command: 'install' | 'update',
  ...packages: readonly string[]
): Promise<void> {
  const options = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  try {
    await run('apt-get', [...options, command, ...packages], {
      timeout: aptTimeoutMs,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  } catch (cause) {
    throw new Error(`apt-get ${[command, ...packages].join(' ')} failed`, { cause })
  }
}

const policyFile = '/usr/sbin/policy-rc.d'
const policy = '#!/bin/sh\n# Written by the tests of Buzzer while they install servers.\nexit 101\n'

/** While this is held, packages do not start daemons; afterwards all is as it was. */
async function keepDaemonsDown(): Promise<AsyncDisposable> {
  const found = await readFile(policyFile, 'utf8').catch(() => null)
  // Ours is found where an earlier run was killed before it could take it away.
  const before = found === policy ? null : found
  await writeFile(policyFile, policy, { mode: 0o755 })
  return {
    async [Symbol.asyncDispose]() {
      if (before === null) await rm(policyFile, { force: true })
      else await writeFile(policyFile, before)
    },
  }
}
