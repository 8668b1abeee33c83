import type { JobHandle, SubmitOptions } from '@buzzer/client'
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
import { showState } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface SubmitFlags extends ServerFlags {
  readonly wait?: true
  readonly idempotencyKey?: string
  readonly priority?: number
  readonly delay?: number
  readonly runAt?: Date
  readonly deadline?: number | Date
  readonly key?: string
  readonly tag?: readonly string[]
}

export const configureSubmit: Configure = (command, { terminal, action }) => {
  command
    .argument('<operation>', 'the name of the operation')
    .argument('[input]', 'JSON, - for standard input, or @file')
    .option('--wait', 'wait for the result and print it')
    .option('--idempotency-key <key>', 'the same key and the same call give the same job')
    .option('--priority <0-9>', 'first to last; 4 without it', priorityOption)
    .option('--delay <duration>', 'not before this has passed', durationOption)
    .option('--run-at <time>', 'not before then', timeOption)
    .option('--deadline <when>', 'fail if it has not ended by then', durationOrTimeOption)
    .option('--key <key>', 'jobs with the same key run one at a time, in order')
    .option('--tag <tag>', 'for finding it later; may be repeated', collectOption)
  addServerOptions(command)
  addExamples(command, [
    [`buzzer submit render-report '{"month":"2026-10"}'`, 'and go on'],
    [`buzzer submit render-report @input.json --wait`, 'wait for the result'],
    [`cat input.json | buzzer submit render-report -`, 'from standard input'],
    [`buzzer submit render-report '{}' --wait --json`, 'the job and its result as JSON'],
  ]).action(action(submit(terminal)))
}

const submit =
  (terminal: Terminal) =>
  async (operation: string, source: string | undefined, flags: SubmitFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
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

async function submitWith(
  client: AnyClient,
  operation: string,
  input: unknown,
  flags: SubmitFlags,
): Promise<JobHandle> {
  try {
    return await client.submit(operation, input, submitOptions(flags))
  } catch (error) {
    // The client throws these for what cannot stand in a header.
    throw error instanceof TypeError ? usageError(`${error.message}.`) : error
  }
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
})
