import type { DeadLetterCount, DeadLetterFilter } from '@buzzer/client'
import { InvalidArgumentError, type Command } from 'commander'
import type { ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { collectOption, pastOption } from './option-values.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

export interface FilterFlags extends ServerFlags {
  readonly operation?: string
  readonly code?: string
  readonly group?: string
  readonly tag?: string
  readonly after?: Date
  readonly before?: Date
  readonly id?: readonly string[]
}

/** The options that say which dead letters are meant. */
export const addFilterOptions = (command: Command): Command =>
  command
    .option('--operation <name>', 'only those of this operation')
    .option('--code <code>', 'only those whose error has this code')
    .option('--group <group>', 'only those of this group')
    .option('--tag <tag>', 'only those with this tag')
    .option('--after <when>', 'only those made after then: a time, or how long ago', pastOption)
    .option('--before <when>', 'only those made before then', pastOption)
    .option('--id <job>', 'only this one; may be repeated', collectOption)

export const filterOf = (flags: FilterFlags): DeadLetterFilter => ({
  operation: flags.operation,
  code: flags.code,
  group: flags.group,
  tag: flags.tag,
  after: flags.after,
  before: flags.before,
  ids: flags.id,
})

export const isNarrowed = (flags: FilterFlags): boolean =>
  Object.values(filterOf(flags)).some((value) => value !== undefined)

/** As many as one call takes. */
export function manyOption(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= 100_000) return Number(text)
  throw new InvalidArgumentError('Write a number from 1 to 100000.')
}

export function rateOption(text: string): string {
  if (/^[1-9]\d{0,5}\/[smh]$/.test(text)) return text
  throw new InvalidArgumentError("Write a rate such as '50/s', '100/m' or '1000/h'.")
}

/** @param done what was done to them, such as `to run again` */
export function tellCount(
  terminal: Terminal,
  flags: FilterFlags,
  answer: DeadLetterCount,
  done: string,
): void {
  const { count, more, until } = answer
  if (flags.json === true) return writeJson(terminal.stdout, answer)
  const last = until === undefined ? '' : `, the last at ${until}`
  writeLine(terminal.stdout, `${count} ${done}${last}`)
  if (more === true) hintAt(terminal, 'There are more: do it again for those.')
}
