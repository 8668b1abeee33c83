/**
 * `npm test`: everything that has to hold, one step after the other. The last line is
 * `N passed, N failed`, and the exit code says the same.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { runScript, type Ended } from './run/command.ts'
import { steps, type Step } from './run/steps.ts'
import { judgeCheck, judgeSuite, type Verdict } from './run/verdict.ts'

/** Several times what the longest takes, for machines that are slow or busy. */
const stepTimeoutMs = 25 * 60_000
const ci = process.env['CI'] === 'true'

async function runStep(step: Step, folder: string): Promise<[Ended, Verdict]> {
  if (step.kind === 'check') {
    const ended = await runScript(step.script, [], stepTimeoutMs)
    return [ended, judgeCheck(ended)]
  }
  const file = join(folder, `${step.script.replace(':', '-')}.json`)
  const args = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
  let ended = await runScript(step.script, args, stepTimeoutMs)
  if (isFaultOfV8(ended)) {
    console.log(`  ${step.name} was ended by a fault of V8 (nodejs/node#64500) and runs once more`)
    ended = await runScript(step.script, args, stepTimeoutMs)
  }
  const json = await readFile(file, 'utf8').catch(() => null)
  return [ended, judgeSuite(ended, json, { ci })]
}

/**
 * V8 loses track of its code where many threads that strip types start and end, and ends the test
 * process. Nothing of ours has failed then, and nothing was told about it either: it is asked again.
 */
const isFaultOfV8 = ({ output }: Ended): boolean =>
  output.includes('Check failed: jit_page.has_value()')

function show(step: Step, ended: Ended, { passed, failed, notes }: Verdict): void {
  const mark = failed === 0 ? styleText('green', '✓') : styleText('red', '✗')
  const took = `${(ended.tookMs / 1_000).toFixed(1)} s`.padStart(8)
  const count = step.kind === 'suite' ? `  ${passed} passed, ${failed} failed` : ''
  console.log(`${mark} ${step.name.padEnd(12)}${took}${count}`)
  for (const note of notes) console.log(`  - ${note}`)
  if (failed > 0) console.log(`\n${ended.output.trimEnd()}\n`)
  if (ended.code === null) console.log(`  ${step.name} was stopped before it ended`)
}

const sum = { passed: 0, failed: 0 }
const folder = await mkdtemp(join(tmpdir(), 'buzzer-test-'))
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

for (const step of steps) {
  const [ended, verdict] = await runStep(step, folder)
  show(step, ended, verdict)
  sum.passed += verdict.passed
  sum.failed += verdict.failed
}

await rm(folder, { recursive: true, force: true })
console.log(`\n${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed === 0 ? 0 : 1
