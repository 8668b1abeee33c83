import type { WebhookChanges, WebhookSettings } from '@buzzer/client'
import type { Duration } from '@buzzer/contract'
import { InvalidArgumentError, type Command } from 'commander'
import { usageError } from '../command-error.ts'
import { collectOption, wholeOption } from '../option-values.ts'
import { readInput } from '../read-input.ts'
import type { Terminal } from '../terminal.ts'

/** What the settings of a webhook are given by; a change knows `false` too, for none. */
export interface SettingsFlags {
  readonly description?: string | false
  readonly channel?: readonly string[]
  readonly type?: readonly string[] | false
  readonly filter?: string | false
  readonly mapping?: string | false
  readonly header?: readonly (readonly [name: string, value: string])[]
  readonly schedule?: readonly Duration[]
  readonly timeout?: Duration
  readonly concurrency?: number
  readonly ordered?: boolean
  readonly rate?: number | false
  readonly maxFailures?: number
  readonly maxFailing?: Duration
}

export const addSettingsOptions = (command: Command): Command =>
  command
    .option(
      '--channel <pattern>',
      'only events of these; may be repeated, * for any',
      collectOption,
    )
    .option(
      '--type <type>',
      'only these; may be repeated, * at its end for any rest',
      collectOption,
    )
    .option('--filter <json>', 'what else has to hold of an event; or @file')
    .option('--mapping <json>', 'the body in place of the CloudEvent; or @file')
    .option('--header <header>', `of its own, 'Name: value'; may be repeated`, headerOption)
    .option('--description <text>', 'what it is for')
    .option('--schedule <waits>', 'before each attempt, such as 0s,5s,5m', scheduleOption)
    .option('--timeout <duration>', 'of an attempt', spanOption)
    .option('--concurrency <n>', 'attempts at the same time, at most', wholeOption)
    .option('--ordered', 'one after the other; a failing one holds up the rest')
    .option('--rate <n>', 'attempts a minute, at most', wholeOption)
    .option('--max-failures <n>', 'disable it after so many in a row', wholeOption)
    .option('--max-failing <duration>', 'disable it when none succeeded for so long', spanOption)

/** Those that take away what was set before. */
export const addRemovingOptions = (command: Command): Command =>
  command
    .option('--no-type', 'all types again')
    .option('--no-filter', 'without one')
    .option('--no-mapping', 'the CloudEvent again')
    .option('--no-description', 'without one')
    .option('--no-ordered', 'at the same time again')
    .option('--no-rate', 'as many attempts as it takes')

/** @throws CommandError where the filter or the mapping is not JSON, or a header has no value */
export async function settingsOf(
  flags: SettingsFlags,
  terminal: Terminal,
): Promise<Omit<WebhookSettings, 'url'>> {
  const [empty] = flags.header?.find(([, value]) => value === '') ?? []
  if (empty !== undefined) throw usageError(`The header ${empty} has no value.`)
  return (await changesOf(flags, terminal)) as Omit<WebhookSettings, 'url'>
}

/** The same for a change: what is not named is left out, and none is null. */
export async function changesOf(flags: SettingsFlags, terminal: Terminal): Promise<WebhookChanges> {
  const policy = present({
    schedule: flags.schedule,
    timeout: flags.timeout,
    concurrency: flags.concurrency,
    ordered: flags.ordered,
    ratePerMinute: orNull(flags.rate),
    disableAfter: some(present({ failures: flags.maxFailures, failingFor: flags.maxFailing })),
  })
  return present({
    description: orNull(flags.description),
    channels: flags.channel,
    types: orNull(flags.type),
    filter: await jsonOf(flags.filter, terminal),
    mapping: await jsonOf(flags.mapping, terminal),
    headers: flags.header === undefined ? undefined : headersOf(flags.header),
    policy: some(policy),
  })
}

const orNull = <Value>(value: Value | false | undefined): Value | null | undefined =>
  value === false ? null : value

const present = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const some = (members: object): object | undefined =>
  Object.keys(members).length === 0 ? undefined : members

const fixOfJson = `quote it for the shell, such as '{"exact":{"subject":"ACME"}}', or give @file`

async function jsonOf(given: string | false | undefined, terminal: Terminal): Promise<unknown> {
  if (given === false) return null
  return given === undefined ? undefined : readInput(given, terminal, fixOfJson)
}

/** One without a value is taken away. */
const headersOf = (given: NonNullable<SettingsFlags['header']>): Record<string, string | null> =>
  Object.fromEntries(given.map(([name, value]) => [name, value === '' ? null : value]))

function headerOption(
  text: string,
  before: NonNullable<SettingsFlags['header']> = [],
): NonNullable<SettingsFlags['header']> {
  const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError(`Write a header such as 'X-Api-Key: abc'.`)
  return [...before, [name, value]]
}

const isSpan = (text: string): text is Duration => /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text)

function spanOption(text: string): Duration {
  if (isSpan(text)) return text
  throw new InvalidArgumentError("Write a duration such as '250ms', '30s', '5m', '2h' or '7d'.")
}

function scheduleOption(text: string): readonly Duration[] {
  const waits = text.split(',').map((wait) => wait.trim())
  if (waits.every(isSpan)) return waits
  throw new InvalidArgumentError("Write the wait before each attempt, such as '0s,5s,5m'.")
}
