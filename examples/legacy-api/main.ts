import process from 'node:process'
import type { Mood } from './mood.ts'
import { createLegacyApi } from './server.ts'

// Reads its settings, listens, says so in one line, and ends with its parent.

function readNumber(name: string, fallback: number): number {
  const text = process.env[name]
  const value = text === undefined || text === '' ? fallback : Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new RangeError(`${name} is a number from 0, not "${text}"`)
}

const seed = process.env.LEGACY_SEED
const minMs = readNumber('LEGACY_MIN_MS', 1_000)
const mood: Mood = {
  minMs,
  maxMs: Math.max(minMs, readNumber('LEGACY_MAX_MS', 5_000)),
  failRate: Math.min(1, readNumber('LEGACY_FAIL_RATE', 0)),
  seed: seed === undefined ? null : readNumber('LEGACY_SEED', 0),
}

const server = createLegacyApi(mood)

server.once('error', (error: NodeJS.ErrnoException) => {
  process.stderr.write(`Legacy API cannot listen: ${error.message}\n`)
  process.exitCode = 1
  if (process.connected) process.disconnect()
})

server.listen(readNumber('PORT', 4_000), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`Legacy API listening on http://127.0.0.1:${port}\n`)
})

// Answers under way are cut off: a caller has to live with that, as with any other crash.
const stop = (): void => {
  server.close()
  server.closeAllConnections()
  if (process.connected) process.disconnect()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.once('disconnect', stop)
