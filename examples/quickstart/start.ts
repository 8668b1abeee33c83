import { resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { renderBanner } from './banner.ts'
import { startChild, type Child } from './child.ts'
import { findFreePort, isFree } from './port.ts'

// Starts the legacy API, then Buzzer in front of it; `--port` and `--data` are Buzzer's.

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const { values } = parseArgs({
  options: { port: { type: 'string' }, data: { type: 'string' } },
})
const dataFolder = values.data === undefined ? pathOf('data') : resolve(values.data)
const startedAt = performance.now()

async function choosePort(): Promise<number | null> {
  const wanted = Number(values.port ?? process.env.BUZZER_PORT ?? 2_899)
  if (wanted === 0 || (await isFree(wanted))) return wanted
  const next = await findFreePort(wanted + 1)
  process.stderr.write(`Port ${wanted} is taken, perhaps by another Buzzer.\n`)
  if (process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const answer = await terminal.question(`Use ${next} instead? [Y/n] `)
    terminal.close()
    if (/^(?:y|yes|)$/i.test(answer.trim())) return next
  }
  process.stderr.write(`fix: npm start -- --port ${next}\n`)
  return null
}

function stopOnSignals(children: readonly Child[]): void {
  let asked = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Who asks a second time does not want to wait for jobs to finish.
      for (const child of children) child.kill(asked ? 'SIGKILL' : 'SIGTERM')
      asked = true
    })
  }
}

async function startBoth(port: number): Promise<number> {
  const legacyPort = await findFreePort(4_000)
  const legacy = startChild(pathOf('../legacy-api/main.ts'), [], { PORT: String(legacyPort) })
  const config = pathOf('buzzer.config.ts')
  const buzzer = startChild(
    pathOf('../../packages/server/bin/buzzer.js'),
    ['start', '--quiet', '--config', config, '--port', String(port), '--data', dataFolder],
    { LEGACY_URL: `http://127.0.0.1:${legacyPort}` },
  )
  stopOnSignals([buzzer, legacy])
  Promise.all([buzzer.url, legacy.url]).then(
    ([url, legacyUrl]) => {
      const readyMs = Math.round(performance.now() - startedAt)
      process.stdout.write(renderBanner({ url, legacyUrl, dataFolder, readyMs }))
    },
    // Whichever could not start has said why on standard error.
    () => buzzer.kill('SIGTERM'),
  )
  const code = await buzzer.exitCode
  legacy.kill('SIGTERM')
  await legacy.exitCode
  return code
}

const port = await choosePort()
process.exitCode = port === null ? 1 : await startBoth(port)
