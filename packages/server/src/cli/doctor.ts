import { resolve } from 'node:path'
import { checkOperations } from '../app/doctor/check-definitions.ts'
import { checkStore, isInUse } from '../app/doctor/check-store.ts'
import { checkUpstreams } from '../app/doctor/check-upstreams.ts'
import { bad, good, warning, type Finding } from '../app/doctor/finding.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { addCommonOptions, addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import {
  addConfigOptions,
  configArguments,
  configRequest,
  type ConfigFlags,
} from './config-options.ts'
import { connect } from './connect.ts'
import { checkData } from './doctor/check-data.ts'
import { checkLimits } from './doctor/check-limits.ts'
import { checkNode } from './doctor/check-node.ts'
import { checkSecret } from './doctor/check-secret.ts'
import { checkPort, checkServer } from './doctor/check-server.ts'
import { checkConfig } from './server-process.ts'
import { showCount } from './show-count.ts'
import { paint, writeJson, writeLine, type Output, type Terminal } from './terminal.ts'

interface DoctorFlags extends ConfigFlags {
  readonly url?: string
}

export const configureDoctor: Configure = (command, { terminal, action }) => {
  command.option('--url <url>', 'look at a server elsewhere too')
  addConfigOptions(command)
  addCommonOptions(command)
  addExamples(command, [
    ['buzzer doctor', 'here, whether a server runs or not; exit code 1 if anything is wrong'],
    ['buzzer doctor --data /var/lib/buzzer', 'the data of another folder'],
    ['buzzer doctor --url http://127.0.0.1:3000', 'a server that runs'],
  ]).action(action(doctor(terminal)))
}

const doctor =
  (terminal: Terminal) =>
  async (flags: DoctorFlags): Promise<number> => {
    const { stdout } = terminal
    const all: Finding[] = []
    for await (const findings of examine(flags, terminal)) {
      all.push(...findings)
      if (flags.json === true) continue
      for (const line of findings.flatMap((finding) => show(stdout, finding)))
        writeLine(stdout, line)
    }
    const isHealthy = all.every(({ verdict }) => verdict !== 'bad')
    if (flags.json === true) writeJson(stdout, { healthy: isHealthy, findings: all })
    else writeLine(stdout, `\n  ${sum(all)}`)
    return isHealthy ? exitCodes.done : exitCodes.failed
  }

/** In groups, so that the first show while the later ones are still looked for. */
async function* examine(
  flags: DoctorFlags,
  terminal: Terminal,
): AsyncGenerator<readonly Finding[]> {
  yield checkNode()
  yield await checkLimits()
  const { findings, config } = await examineConfig(flags, terminal)
  yield findings
  yield await checkPort(config.host, config.port, isHeld(config.storeFolder))
  yield await checkData(config.dataFolder)
  yield [await checkSecret(config.dataFolder, config.secret)]
  yield checkStore(config.storeFolder, Date.now())
  if (config.whole !== null) yield await checkUpstreams(config.whole)
  if (flags.url === undefined) return
  const { url } = await connect({ url: flags.url }, terminal)
  yield await checkServer(url)
}

/** One that nobody may look at is told by what looks at the store. */
function isHeld(folder: string): boolean {
  try {
    return isInUse(folder)
  } catch {
    return true
  }
}

/** What is to be looked at, also where the configuration cannot be used. */
interface Places {
  readonly host: string
  readonly port: number
  readonly dataFolder: string
  readonly storeFolder: string
  readonly secret: string | null
  readonly whole: Config | null
}

async function examineConfig(
  flags: DoctorFlags,
  terminal: Terminal,
): Promise<{ readonly findings: readonly Finding[]; readonly config: Places }> {
  const file = flags.config === undefined ? [] : ['--config', flags.config]
  // In a process of its own first, because there is no other way out of one that never ends.
  const check = await checkConfig([...file, ...configArguments(flags)], terminal)
  if (check.kind === 'bad') {
    const { message, details, fix } = check.error
    const found = [message, ...details].join(' ')
    return { findings: [bad('config', found, fix)], config: placesWithout(flags, terminal) }
  }
  const { config, warnings } = await loadConfig(configRequest(flags, terminal))
  const refused = await checkOperations(config)
  const findings = [
    ...(refused.length === 0 ? [configFinding(config)] : refused),
    ...warnings.map((text) => warning('config', text, null)),
  ]
  const { host, port, dataFolder, secret } = config
  const storeFolder = config.store.folder
  return { findings, config: { host, port, dataFolder, storeFolder, secret, whole: config } }
}

function configFinding({ file, operations, services, channels }: Config): Finding {
  if (file === null)
    return warning('config', 'no buzzer.config.ts here', 'buzzer init, or --config FILE')
  const named = showCount(Object.keys(operations).length, 'operation')
  const wrapped = showCount(Object.keys(services).length, 'service')
  const declared = showCount(Object.keys(channels).length, 'channel')
  return good('config', `${file}: ${named}, ${wrapped}, ${declared}`)
}

function placesWithout({ data, host, port }: DoctorFlags, { cwd, env }: Terminal): Places {
  const folder = resolve(cwd, data ?? 'data')
  return {
    host: host ?? '127.0.0.1',
    port: /^\d+$/.test(port ?? '') ? Number(port) : 2_899,
    dataFolder: folder,
    storeFolder: folder,
    secret: env['BUZZER_SECRET'] ?? null,
    whole: null,
  }
}

const marks = {
  good: ['green', '✓'],
  warning: ['yellow', '!'],
  bad: ['red', '✗'],
} as const

const nameWidth = 9

function show(stream: Output, { check, verdict, found, fix }: Finding): readonly string[] {
  const [colour, mark] = marks[verdict]
  const indent = ' '.repeat(nameWidth + 4)
  // A service is called whatever its owner likes, which would break the column.
  const [name = '', ...rest] = check.split(' ')
  const told = [...rest, found].join(' ')
  return [
    `${paint(stream, colour, mark)} ${paint(stream, 'bold', name.padEnd(nameWidth))}  ${told}`,
    ...(fix === null ? [] : [`${indent}${paint(stream, 'green', 'fix:')} ${fix}`]),
  ]
}

function sum(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length
  const [wrong, doubtful] = [count('bad'), count('warning')]
  if (wrong + doubtful === 0) return 'All is well.'
  const parts = [
    ...(wrong === 0 ? [] : [`${wrong} wrong`]),
    ...(doubtful === 0 ? [] : [showCount(doubtful, 'warning')]),
  ]
  return `${parts.join(', ')}.`
}
