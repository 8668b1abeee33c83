/**
 * `npm run test:crash`: servers die a thousand times under load, and nothing that was accepted may
 * be lost. Takes the number of deaths and a seed, to repeat a run: `npm run test:crash -- 300 42`.
 */
import { showReport } from './report.ts'
import { runWorld } from './world.ts'

/** So many share one data folder. */
const perWorld = 50

const [deaths = '1000', firstSeed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
let failed = 0
for (let done = 0, seed = Number(firstSeed); done < Number(deaths); done += perWorld, seed += 1) {
  const rounds = Math.min(perWorld, Number(deaths) - done)
  const report = await runWorld({ rounds, seed })
  console.log(showReport(report, seed))
  if (report.findings.length > 0) failed += 1
}
console.log(failed === 0 ? 'nothing was lost' : `${failed} runs with findings`)
process.exitCode = failed === 0 ? 0 : 1
