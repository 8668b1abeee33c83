import type { ConfigIssue } from '../define/errors.ts'
import { flagName, settings, type Flag, type Setting, type SettingName } from './settings.ts'

/** Where a value comes from. */
export interface Origin {
  readonly source: 'flag' | 'environment' | '.env' | 'file' | 'default'
  /** What it is called there, such as `--port`, `BUZZER_PORT` or `limits.body`; null for defaults. */
  readonly name: string | null
}

/** Everything that says something, each with the folder that paths in it are relative to. */
export interface Sources {
  readonly flags: Readonly<Partial<Record<Flag, string | undefined>>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dotEnv: Readonly<Record<string, string | undefined>>
  readonly file: Readonly<Record<string, unknown>>
  readonly cwd: string
  readonly folder: string
}

export type Values = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value>
    ? Value
    : never
}

export type Origins = Readonly<Record<SettingName, Origin>>

export interface Readings {
  readonly values: Values
  readonly origins: Origins
  readonly issues: readonly ConfigIssue[]
}

/** Reads every setting from the first of flags, environment, `.env` and file that has it. */
export function readSettings(sources: Sources): Readings {
  const names = Object.keys(settings) as SettingName[]
  const read = names.map((name) => [name, readSetting<unknown>(settings[name], sources)] as const)
  return {
    values: Object.fromEntries(read.map(([name, { value }]) => [name, value])) as unknown as Values,
    origins: Object.fromEntries(read.map(([name, { origin }]) => [name, origin])) as Origins,
    issues: read.flatMap(([, { issue }]) => (issue === null ? [] : [issue])),
  }
}

interface Reading<Value> {
  readonly value: Value
  readonly origin: Origin
  readonly issue: ConfigIssue | null
}

function readSetting<Value>(setting: Setting<Value>, sources: Sources): Reading<Value> {
  const given = find(setting, sources)
  if (given === null) return { value: setting.fallback, origin: byDefault, issue: null }
  const { origin, raw, base } = given
  const parsed = setting.parse(raw, base)
  return 'value' in parsed
    ? { value: parsed.value, origin, issue: null }
    : { value: setting.fallback, origin, issue: { path: nameOf(origin), detail: parsed.wrong } }
}

const byDefault: Origin = { source: 'default', name: null }

/** What a person looks for to change it. */
const nameOf = ({ source, name }: Origin): string =>
  source === '.env' ? `${name} (in .env)` : (name ?? source)

interface Given {
  readonly origin: Origin
  readonly raw: unknown
  readonly base: string
}

function find(setting: Setting<unknown>, sources: Sources): Given | null {
  const { flag, env, path } = setting
  const { cwd, folder } = sources
  const candidates: readonly Given[] = [
    ...(flag === null
      ? []
      : [given('flag', flagName(flag), sources.flags[flag] ?? undefined, cwd)]),
    ...(env === null
      ? []
      : [
          given('environment', env, filled(sources.env[env]), cwd),
          given('.env', env, filled(sources.dotEnv[env]), folder),
        ]),
    ...(path === null ? [] : [given('file', path, at(sources.file, path), folder)]),
  ]
  return candidates.find(({ raw }) => raw !== undefined) ?? null
}

const given = (source: Origin['source'], name: string, raw: unknown, base: string): Given => ({
  origin: { source, name },
  raw,
  base,
})

/** Compose files and the like set variables that nobody gave a value to nothing. */
export const filled = (text: string | undefined): string | undefined =>
  text === '' ? undefined : text

function at(file: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = file
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}
