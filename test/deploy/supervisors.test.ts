import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { settings } from '../../packages/server/src/config/settings.ts'
import { findOrInstall } from '../servers/install.ts'
import { temporaryFolder } from '../support/folder.ts'

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../deploy/${name}`, import.meta.url), 'utf8')

const unit = await read('systemd/buzzer.service')
const compose = parse(await read('docker-compose.yml')) as {
  readonly services: { readonly buzzer: Readonly<Record<string, unknown>> }
}

test('whoever stops a server waits longer than it may take to stop', () => {
  const shutdownSeconds = settings.shutdownMs.fallback / 1_000
  const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? []
  expect(Number(seconds)).toBeGreaterThan(shutdownSeconds)
  const [, grace] = /^(\d+)s$/.exec(String(compose.services.buzzer['stop_grace_period'])) ?? []
  expect(Number(grace)).toBeGreaterThan(shutdownSeconds)
})

test('the container keeps nothing but its volume, and is nobody important', async () => {
  expect(compose.services.buzzer).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: expect.arrayContaining(['data:/data']),
  })
  const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8')
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toMatch(/^ENV .*BUZZER_DATA=\/data$/m)
})

const isLinux = process.platform === 'linux'
const reason = isLinux ? '' : ', skipped because systemd is there on Linux only'

test.skipIf(!isLinux)(
  `systemd understands the unit${reason}`,
  async () => {
    const analyze = await findOrInstall({ binary: 'systemd-analyze', debianPackage: 'systemd' })
    await using folder = await temporaryFolder('unit')
    const file = join(folder.path, 'buzzer.service')
    // What it runs is not installed here.
    await writeFile(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`))
    const verify = ['verify', '--man=no', file]
    const { status, stderr } = spawnSync(analyze, verify, { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  },
  300_000,
)
