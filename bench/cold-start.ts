import { startBuzzer } from './buzzer.ts'
import { alone, below, median, type Benchmark } from './finding.ts'

const starts = 5

/** From nothing, with no data yet: the process, its store and its listening socket. */
export const coldStart: Benchmark = {
  name: 'cold-start',
  summary: `from the command to the first request that can be taken, median of ${starts}`,
  async measure() {
    const times: number[] = []
    for (let start = 0; start < starts; start += 1) {
      await using buzzer = await startBuzzer()
      times.push(buzzer.startedInMs)
    }
    const ours = median(times)
    const target = below(ours, 1_000, ' ms')
    return [{ what: 'cold start', unit: 'ms', ...alone(ours), target }]
  },
}
