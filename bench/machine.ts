import { statfsSync } from 'node:fs'
import {
  arch,
  availableParallelism,
  cpus,
  loadavg,
  platform,
  release,
  tmpdir,
  totalmem,
} from 'node:os'

/** What the figures were measured on; without it they say nothing. */
export function describeMachine() {
  return {
    node: process.version,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release()} ${arch()}`,
    dataFolder: tmpdir(),
    dataInMemory: inMemory.has(statfsSync(tmpdir()).type),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

export type Machine = ReturnType<typeof describeMachine>

/** tmpfs and ramfs, as statfs(2) names them: on these a commit costs nothing. */
const inMemory: ReadonlySet<number> = new Set([0x01_02_19_94, 0x85_84_58_f6])
