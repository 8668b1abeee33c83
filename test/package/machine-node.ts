import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { machinePath } from '../support/installed.ts'

const neededMajor = 24

/** The version of the machine's own Node where Buzzer cannot run on it, else null. */
export function oldMachineNode(): string | null {
  const folders = machinePath().split(delimiter)
  const node = folders.map((folder) => join(folder, 'node')).find((path) => existsSync(path))
  if (node === undefined) return null
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  return Number.parseInt(version.slice(1), 10) < neededMajor ? version : null
}
