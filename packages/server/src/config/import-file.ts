import { formatDuration } from '@buzzer/contract'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../define/errors.ts'
import { isRecord } from './check-keys.ts'
import { divertOutput } from './divert-output.ts'
import { explainImport } from './explain-import.ts'
import { show } from '../define/show.ts'
import { watchLoading } from './watch-loading.ts'

/** What is fetched at the top, such as a secret, may take its time. */
const defaultPatienceMs = 30_000

/**
 * Runs a configuration file; TypeScript is run by Node as it is.
 *
 * @param patienceMs how long it may take
 * @returns its default export
 * @throws ConfigError where it cannot be run, never finishes, or exports nothing of use
 */
export async function importFile(
  path: string,
  patienceMs: number = defaultPatienceMs,
): Promise<Readonly<Record<string, unknown>>> {
  const module = await importModule(path, patienceMs)
  const options = module['default']
  if (isRecord(options)) return options
  const found =
    options === undefined
      ? 'It has no default export.'
      : `Its default export is ${describe(options)}, and not a configuration.`
  throw new ConfigError([{ path, detail: found }], {
    code: 'config-no-default',
    fix: "write export default defineConfig({ … }), with defineConfig imported from 'buzzer'",
  })
}

const describe = (value: unknown): string =>
  typeof value === 'function' ? 'a function' : show(value)

type Module = Readonly<Record<string, unknown>>

async function importModule(path: string, patienceMs: number): Promise<Module> {
  using loading = watchLoading(patienceMs)
  using _diverted = divertOutput()
  const module = import(pathToFileURL(path).href) as Promise<Module>
  const hang = loading.hangs.then((why) => {
    throw whyHanging(path, why === 'too late' ? patienceMs : null)
  })
  try {
    return await Promise.race([module, hang])
  } catch (error) {
    throw explainImport(path, error)
  }
}

function whyHanging(path: string, patienceMs: number | null): ConfigError {
  const detail =
    patienceMs === null
      ? 'It never finishes loading: it awaits something at its top that nothing will bring.'
      : `It did not finish loading within ${formatDuration(patienceMs)}: something that it awaits at its top takes too long.`
  return new ConfigError([{ path, detail }], {
    code: 'config-hangs',
    fix: 'move the await into run(), or give what it awaits a time limit',
  })
}
