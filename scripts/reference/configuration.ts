import { defaultPolicies } from '../../packages/server/src/core/operation.ts'
import { flagName, settings, type Setting } from '../../packages/server/src/config/settings.ts'
import { declarationsOf } from './declarations.ts'
import { optionsSection } from './sections.ts'
import { code, duration, page, table } from './markdown.ts'

const files = [
  'server/src/define/config.ts',
  'server/src/define/operation.ts',
  'server/src/define/service.ts',
  'server/src/define/channel.ts',
  'server/src/define/hook.ts',
  'server/src/define/callback.ts',
]

/** Everything that can be set: what stands in the file only, and what flags and variables change. */
export const configurationPage = (): string =>
  page('Configuration', [
    'One file, `buzzer.config.ts`, beside the command or named by `--config` or `BUZZER_CONFIG`.' +
      ' A flag goes before the environment, that before `.env` beside the file, that before the' +
      ' file. `buzzer config view` shows each value and where it comes from. A variable that begins with' +
      ' `BUZZER_` and that nothing reads is told at the start.',
    '## Settings',
    table(
      ['in the file', 'environment', 'flag', 'default'],
      Object.entries(settings as Readonly<Record<string, Setting<unknown>>>).map(
        ([name, setting]) => [
          code(setting.path ?? ''),
          code(setting.env ?? ''),
          setting.flag === null ? '' : code(flagName(setting.flag)),
          code(defaultOf(name, setting.fallback)),
        ],
      ),
    ),
    '## Policies that hold where nothing is said',
    table(['policy', 'default'], policyRows()),
    ...files
      .flatMap(declarationsOf)
      .filter(({ name, members }) => name.endsWith('Options') && members.length > 0)
      .map((declaration) => optionsSection(declaration.name, declaration)),
  ])

function defaultOf(name: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' && name.endsWith('Ms')) return duration(value)
  if (typeof value === 'number' && name.endsWith('Bytes')) return bytes(value)
  if (typeof value === 'object' && 'kind' in value) return String(value.kind)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const bytes = (count: number): string =>
  count % 1_048_576 === 0 ? `${count / 1_048_576}mb` : `${count / 1_024}kb`

const policyRows = (): readonly (readonly string[])[] =>
  Object.entries(defaultPolicies).flatMap(([name, value]) => rowsOf(name, value))

function rowsOf(path: string, value: unknown): readonly (readonly string[])[] {
  // No bound, no schedule: that stands with the option itself.
  if (value === null) return []
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => rowsOf(`${path}.${name}`, inner))
  }
  const isTime = path.endsWith('Ms') && typeof value === 'number'
  const text = isTime ? duration(value) : JSON.stringify(value).replaceAll('"', '')
  return [[code(path.replace(/Ms$/, '')), code(text)]]
}
