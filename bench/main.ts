import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { accept } from './accept.ts'
import { coldStart } from './cold-start.ts'
import { deliveries } from './deliveries.ts'
import type { Benchmark, Finding, Pace } from './finding.ts'
import { endpoints } from './endpoints.ts'
import { fanOut } from './fan-out.ts'
import { hangingEndpoints } from './hanging-endpoints.ts'
import { idle } from './idle.ts'
import { installSize } from './install-size.ts'
import { largeResult } from './large-result.ts'
import { lives } from './lives.ts'
import { lone } from './lone.ts'
import { describeMachine } from './machine.ts'
import { blockedJobs } from './million/blocked.ts'
import { fullStore } from './million/full-store.ts'
import { queuedDeliveries } from './million/queued-deliveries.ts'
import { retention } from './million/retention.ts'
import { overload } from './overload.ts'
import { pipelined } from './pipelined.ts'
import { publish } from './publish.ts'
import { renderMachine, renderTable } from './table.ts'

const benchmarks: readonly Benchmark[] = [
  accept,
  lives,
  lone,
  publish,
  pipelined,
  fanOut,
  idle,
  deliveries,
  endpoints,
  hangingEndpoints,
  overload,
  coldStart,
  installSize,
  largeResult,
  fullStore,
  blockedJobs,
  retention,
  queuedDeliveries,
]

const usage = `node bench/main.ts [--quick] [name …]

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(19)}${summary}`).join('\n')}

  --quick            one short round: shows that it works, not how fast it is
`

const unhurried: Pace = { rounds: 3, warmUpMs: 2_000, measuredMs: 5_000 }
const quick: Pace = { rounds: 1, warmUpMs: 500, measuredMs: 1_000 }

interface Report {
  readonly benchmark: string
  readonly findings: readonly Finding[]
  /** Why there are none. */
  readonly error: string | null
}

async function runOne(benchmark: Benchmark, pace: Pace): Promise<Report> {
  const { name, summary } = benchmark
  process.stdout.write(`\n${name}: ${summary}\n`)
  try {
    const findings = await benchmark.measure(pace)
    process.stdout.write(`${renderTable(findings)}\n`)
    return { benchmark: name, findings, error: null }
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause)
    process.stdout.write(`cannot be measured: ${error}\n`)
    return { benchmark: name, findings: [], error }
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  const unknown = positionals.filter((name) => !benchmarks.some((one) => one.name === name))
  if (values.help === true || unknown.length > 0) {
    process.stdout.write(unknown.length > 0 ? `There is no ${unknown.join(', ')}\n${usage}` : usage)
    process.exitCode = unknown.length > 0 ? 2 : 0
    return
  }
  const chosen = positionals.length === 0 ? benchmarks : benchmarks.filter(isIn(positionals))
  const machine = describeMachine()
  process.stdout.write(`${renderMachine(machine)}\n`)
  const reports: Report[] = []
  for (const one of chosen)
    reports.push(await runOne(one, values.quick === true ? quick : unhurried))
  await keep({ at: new Date().toISOString(), machine, reports })
  process.exitCode = summarise(reports)
}

const isIn =
  (names: readonly string[]) =>
  ({ name }: Benchmark): boolean =>
    names.includes(name)

async function keep(results: object): Promise<void> {
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(results, null, 2)}\n`)
}

/** Prints how many targets were reached; a benchmark that failed makes the command fail. */
function summarise(reports: readonly Report[]): number {
  const targets = reports.flatMap(({ findings }) => findings.flatMap(({ target }) => target ?? []))
  const reached = targets.filter((target) => target.reached).length
  const failed = reports.filter(({ error }) => error !== null).length
  const missed = targets.length - reached
  process.stdout.write(`\n${reached} targets reached, ${missed} missed, ${failed} not measured\n`)
  return failed > 0 ? 1 : 0
}

await main()
