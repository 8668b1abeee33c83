import { parseDuration } from '@buzzer/contract'
import type { Mode } from '../core/operation.ts'
import { parseSize } from '../core/size.ts'
import type { ConfigIssue } from './errors.ts'
import { show } from './show.ts'

/** Reads values of which nothing is known, because the configuration need not be TypeScript. */
export interface Reader {
  readonly issues: readonly ConfigIssue[]
  refuse(field: string, detail: string): void
  mode(field: string, value: unknown): Mode | null
  duration(field: string, value: unknown, leastMs?: number): number | null
  count(field: string, value: unknown): number | null
  factor(field: string, value: unknown): number | null
  flag(field: string, value: unknown): boolean | null
  size(field: string, value: unknown): number | null
  text(field: string, value: unknown): string | null
  choice<Value extends string>(
    field: string,
    value: unknown,
    values: readonly Value[],
  ): Value | null
  group<Group extends object>(
    field: string,
    value: Group | undefined,
    known: readonly (keyof Group & string)[],
  ): Partial<Group>
}

/** @param path where the options stand in the configuration */
export function createReader(path: string): Reader {
  const issues: ConfigIssue[] = []
  const refuseAt = (field: string, detail: string): null => {
    issues.push({ path: `${path}.${field}`, detail })
    return null
  }
  /** Absent is null; what does not pass is told and null too, so that reading goes on. */
  const read =
    <Value>(parse: (value: unknown) => Value | null, wanted: string) =>
    (field: string, value: unknown): Value | null =>
      value === undefined
        ? null
        : (parse(value) ?? refuseAt(field, `${show(value)} is not ${wanted}`))
  return {
    issues,
    refuse: refuseAt,
    mode: read(modeOf, "a mode; write 'async', 'adaptive' or 'sync'"),
    count: read(countOf, 'a count; write a whole number from 1'),
    factor: read(factorOf, 'a factor; write a number from 1'),
    flag: read((value) => (typeof value === 'boolean' ? value : null), 'true or false'),
    text: read((value) => (typeof value === 'string' ? value : null), 'text'),
    choice: (field, value, values) =>
      read(
        (wanted) => values.find((each) => each === wanted) ?? null,
        `one of ${values.map((each) => `'${each}'`).join(', ')}`,
      )(field, value),
    size: read(sizeOf, "a size; write one such as '512kb', '1mb' or '1gb'"),
    duration(field, value, leastMs = 0) {
      if (value === undefined) return null
      const ms = typeof value === 'string' ? parseDuration(value) : null
      if (ms === null) {
        return refuseAt(field, `${show(value)} is not a duration; write '${suggestion(value)}'`)
      }
      return ms < leastMs
        ? refuseAt(field, `${show(value)} is too short; write at least '${leastMs}ms'`)
        : ms
    },
    group(field, value, known) {
      if (value === undefined) return {}
      if (typeof value !== 'object' || value === null) {
        refuseAt(field, `${show(value)} is not an object`)
        return {}
      }
      const names: readonly string[] = known
      for (const name of Object.keys(value).filter((key) => !names.includes(key))) {
        refuseAt(`${field}.${name}`, `there is no such option; there are ${names.join(', ')}`)
      }
      return value
    },
  }
}

const modeOf = (value: unknown): Mode | null =>
  value === 'async' || value === 'adaptive' || value === 'sync' ? value : null

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : null

function sizeOf(value: unknown): number | null {
  const bytes = typeof value === 'string' ? parseSize(value) : null
  return bytes === 0 ? null : bytes
}

const factorOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 1 ? value : null

/** What was probably meant, such as `2s` for `2 seconds`; a number is taken for milliseconds. */
function suggestion(value: unknown): string {
  const text = typeof value === 'number' ? `${Math.round(value)}ms` : show(value)
  const [, amount = '', unit = ''] = /^'?\s*(\d+(?:\.\d+)?)\s*(ms|milli|[smhd])/i.exec(text) ?? []
  const meant = amount + unit.toLowerCase().replace('milli', 'ms')
  return parseDuration(meant) === null ? '30s' : meant
}
