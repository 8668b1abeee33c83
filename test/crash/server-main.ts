/**
 * A server as `buzzer start` runs it, but that it kills itself at a named point where CRASH_PLAN
 * says so. It takes the arguments of `buzzer start`.
 */
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { createApp } from '../../packages/server/src/app.ts'
import { loadConfig } from '../../packages/server/src/config/load.ts'
import type { Store } from '../../packages/server/src/ports/store.ts'
import { dieAsPlanned, readPlan } from './point.ts'

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    data: { type: 'string' },
    port: { type: 'string' },
    quiet: { type: 'boolean' },
  },
})
const { config: file, quiet: _quiet, ...flags } = values
const { config } = await loadConfig({ cwd: process.cwd(), file, flags, env: process.env })

const { CRASH_PLAN } = process.env
const die = (): void => void process.kill(process.pid, 'SIGKILL')
const wrapStore = (store: Store): Store =>
  CRASH_PLAN === undefined ? store : dieAsPlanned(store, readPlan(CRASH_PLAN), die)

const app = await createApp(config, { wrapStore })
process.once('disconnect', die)
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)))
const { url } = await app.listen()
process.stdout.write(`Buzzer listening on ${url}\n`)
// Those who are killed do not come to keep what they have compiled.
flushCompileCache()
