import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installPackages } from '../test/support/installed.ts'
import { startBuzzer, type Setup } from './buzzer.ts'
import { alone, below, median, type Benchmark, type Finding } from './finding.ts'

const starts = 5

/** From nothing, with no data yet: the process, its store and its listening socket. */
export const coldStart: Benchmark = {
  name: 'cold-start',
  summary: `from the command to the first request that can be taken, installed; median of ${starts}`,
  async measure() {
    await using installed = await installPackages()
    const config = join(installed.path, 'buzzer.config.ts')
    await copyFile(new URL('buzzer.config.ts', import.meta.url), config)
    const setup = { config, program: join(installed.path, 'node_modules/buzzer/bin/buzzer.js') }
    // Node keeps what it has compiled, so that the first start after an install takes longer.
    const first = await startMs(setup)
    const times: number[] = []
    for (let start = 0; start < starts; start += 1) times.push(await startMs(setup))
    return [finding('first start after an install', first), finding('cold start', median(times))]
  },
}

async function startMs(setup: Setup): Promise<number> {
  await using buzzer = await startBuzzer(setup)
  return buzzer.startedInMs
}

const finding = (what: string, ours: number): Finding => ({
  what,
  unit: 'ms',
  ...alone(ours),
  target: below(ours, 1_000, ' ms'),
})
