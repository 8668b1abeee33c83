import { good, bad, type Finding } from '../../app/doctor/finding.ts'

const neededMajor = 24
/** Fixes a bug by which a checkpoint could lose what was just committed to a WAL. */
const neededSqlite = [3, 51, 3] as const

/** The Node that runs this, and the SQLite that comes with it. */
export function checkNode(): readonly Finding[] {
  const { node, sqlite = '0' } = process.versions
  const isOwn = /node_modules/.test(process.execPath)
  const from = isOwn ? "npm's package" : process.execPath
  const place = `${node} for ${process.platform} ${process.arch}, from ${from}`
  const fix = `npm install (without --omit=optional), or install Node ${neededMajor}`
  return [
    Number.parseInt(node, 10) >= neededMajor ? good('Node', place) : bad('Node', place, fix),
    isAtLeast(sqlite, neededSqlite)
      ? good('SQLite', sqlite)
      : bad('SQLite', `${sqlite}; ${neededSqlite.join('.')} or later is needed`, fix),
  ]
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const steps = least.map((part, index) => (parts[index] ?? 0) - part)
  return (steps.find((step) => step !== 0) ?? 0) >= 0
}
