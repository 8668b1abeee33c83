import type { Callback, JobHandle, SubmitOptions } from '@buzzer/client'
import { Option } from 'commander'
import { addExamples, type Configure } from './command.ts'
import { exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type AnyClient, type ServerFlags } from './connect.ts'
import { hintAt, waitForResult } from './follow.ts'
import {
  collectOption,
  durationOption,
  durationOrTimeOption,
  priorityOption,
  timeOption,
} from './option-values.ts'
import { readInput } from './read-input.ts'
import { refusingTypeErrors } from './refuse-type-errors.ts'
import { showState } from './show-job.ts'
import { submitBatchFile } from './submit-batch.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface SubmitFlags extends ServerFlags {
  readonly batch?: string
  readonly wait?: true
  readonly idempotencyKey?: string
  readonly priority?: number
  readonly delay?: number
  readonly runAt?: Date
  readonly deadline?: number | Date
  readonly key?: string
  readonly tag?: readonly string[]
  readonly callback?: string
  readonly callbackEvents?: 'final' | 'states' | 'all'
  readonly callbackSecret?: string
}

export const configureSubmit: Configure = (command, { terminal, action }) => {
  command
    .argument('[operation]', 'the name of the operation')
    .argument('[input]', 'JSON, - for standard input, or @file')
    .option('--batch <file>', 'many jobs at once, all or none: JSON, or one a line; - for stdin')
    .option('--wait', 'wait for the result and print it')
    .option('--idempotency-key <key>', 'the same key and the same call give the same job')
    .option('--priority <0-9>', 'first to last; 4 without it', priorityOption)
    .option('--delay <duration>', 'not before this has passed', durationOption)
    .option('--run-at <time>', 'not before then', timeOption)
    .option('--deadline <when>', 'fail if it has not ended by then', durationOrTimeOption)
    .option('--key <key>', 'jobs with the same key run one at a time, in order')
    .option('--tag <tag>', 'for finding it later; may be repeated', collectOption)
    .option('--callback <url>', 'where its outcome is to be POSTed to, signed as a webhook')
    .addOption(
      new Option('--callback-events <events>', 'what is POSTed (default: final)').choices([
        'final',
        'states',
        'all',
      ]),
    )
    .option('--callback-secret <secret>', 'whsec_…, which signs it too')
  addServerOptions(command)
  addExamples(command, [
    [`buzzer submit render-report '{"month":"2026-10"}'`, 'and go on'],
    [`buzzer submit render-report @input.json --wait`, 'wait for the result'],
    [`cat input.json | buzzer submit render-report -`, 'from standard input'],
    [`buzzer submit render-report '{}' --wait --json`, 'the job and its result as JSON'],
    [
      `buzzer submit render-report '{}' --callback https://example.com/hook`,
      'be told when it is done',
    ],
    [`buzzer submit render-report --batch months.jsonl --wait`, 'each line is an input'],
    [`buzzer submit --batch calls.json`, 'each item names its operation'],
  ]).action(action(submit(terminal)))
}

const submit =
  (terminal: Terminal) =>
  async (
    operation: string | undefined,
    source: string | undefined,
    flags: SubmitFlags,
  ): Promise<number> => {
    if (flags.delay !== undefined && flags.runAt !== undefined)
      throw usageError('--delay and --run-at both say when it begins.', 'give one of them')
    if (flags.callback === undefined) refuseWithoutCallback(flags)
    const { client } = await connect(flags, terminal)
    if (flags.batch !== undefined) {
      return submitMany(client, { operation, source, flags, file: flags.batch }, terminal)
    }
    if (operation === undefined) throw usageError('Which operation?', 'name it, or use --batch')
    const input = await readInput(source, terminal)
    const handle = await submitWith(client, operation, input, flags)
    const isJson = flags.json === true
    if (flags.wait === true) return waitForResult(handle, isJson, terminal)
    const job = handle.job ?? (await handle.status())
    if (isJson) {
      writeJson(terminal.stdout, handle.token === null ? job : { ...job, token: handle.token })
      return exitCodes.done
    }
    writeLine(terminal.stdout, `${job.id}  ${showState(terminal.stdout, job.state)}`)
    if (handle.replayed) hintAt(terminal, 'It was there already: the idempotency key is known.')
    hintAt(terminal, `buzzer jobs watch ${job.id}`)
    return exitCodes.done
  }

interface ManyCalls {
  readonly file: string
  readonly operation: string | undefined
  readonly source: string | undefined
  readonly flags: SubmitFlags
}

async function submitMany(
  client: AnyClient,
  { file, operation, source, flags }: ManyCalls,
  terminal: Terminal,
): Promise<number> {
  if (source !== undefined) throw usageError('With --batch, the inputs stand in its file.')
  const { priority, delay, runAt, deadline, key, tag } = flags
  return submitBatchFile(
    client,
    {
      source: file,
      operation,
      defaults: { priority, delay, runAt, deadline, key, tags: tag },
      idempotencyKey: flags.idempotencyKey,
      callback: callbackOf(flags),
      wait: flags.wait === true,
      isJson: flags.json === true,
    },
    terminal,
  )
}

async function submitWith(
  client: AnyClient,
  operation: string,
  input: unknown,
  flags: SubmitFlags,
): Promise<JobHandle> {
  return refusingTypeErrors(() => client.submit(operation, input, submitOptions(flags)))
}

const submitOptions = (flags: SubmitFlags): SubmitOptions => ({
  // Also where the operation would wait by itself: how far it is shows while it runs.
  prefer: 'respond-async',
  idempotencyKey: flags.idempotencyKey,
  priority: flags.priority,
  delay: flags.delay,
  runAt: flags.runAt,
  deadline: flags.deadline,
  key: flags.key,
  tags: flags.tag,
  callback: callbackOf(flags),
})

const callbackOf = ({
  callback: url,
  callbackEvents: events,
  callbackSecret: secret,
}: SubmitFlags): Callback | undefined => (url === undefined ? undefined : { url, events, secret })

function refuseWithoutCallback({ callbackEvents, callbackSecret }: SubmitFlags): void {
  if (callbackEvents === undefined && callbackSecret === undefined) return
  throw usageError('There is no address to call back.', '--callback URL')
}
