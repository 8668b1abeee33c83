import type { Config } from '../../config/config.ts'
import { ConfigError } from '../../define/errors.ts'
import type { Log } from '../../ports/log.ts'
import { createCronTimetables } from '../../timetable/cron-timetables.ts'
import type { DefinitionDeps } from '../definition-deps.ts'
import { nameOperations } from '../named-operations.ts'
import { systemClock } from '../system-clock.ts'
import { systemRandom } from '../system-random.ts'
import { bad, reasonOf, type Finding } from './finding.ts'

/** Notes on schemas and documents are told by a start, and by an import. */
const silence: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Definitions are made as a start makes them; nothing runs them here, and nobody hears of it. */
export const doctorDeps = (): DefinitionDeps => ({
  clock: systemClock,
  random: systemRandom,
  log: silence,
  tracing: null,
  timetables: createCronTimetables(),
  callbackUrl: () => '',
})

/**
 * Makes the operations that handlers run, schemas and timetables included, because reading the
 * configuration alone does not show what a start refuses of them.
 */
export async function checkOperations(config: Config): Promise<readonly Finding[]> {
  try {
    await using _runner = nameOperations(config, doctorDeps()).runner
    return []
  } catch (error) {
    return refusals('config', error, config)
  }
}

/** What a start would say, a finding for each place in the configuration. */
export function refusals(check: string, error: unknown, { file }: Config): readonly Finding[] {
  if (!(error instanceof ConfigError)) return [bad(check, reasonOf(error), null)]
  return error.issues.map(({ path, detail }) =>
    bad(
      check,
      `${path}: ${detail}`,
      error.fix ?? `change ${path} in ${file ?? 'buzzer.config.ts'}`,
    ),
  )
}
