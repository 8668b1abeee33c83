import { pathToFileURL } from 'node:url'
import { ConfigError } from '../define/errors.ts'
import { isRecord } from './check-keys.ts'
import { explainImport } from './explain-import.ts'
import { show } from './parse.ts'

/**
 * Runs a configuration file; TypeScript is run by Node as it is.
 *
 * @returns its default export
 * @throws ConfigError where it cannot be run or exports nothing of use
 */
export async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const module = await importModule(path)
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

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw explainImport(path, error)
  }
}
