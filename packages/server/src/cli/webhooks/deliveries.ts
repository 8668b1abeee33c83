import type { DeliveryState } from '@buzzer/client'
import { deliveryStates } from '@buzzer/contract'
import { Option } from 'commander'
import { addExamples, type Configure } from '../command.ts'
import { exitCodes, usageError } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { countOption, pastOption } from '../option-values.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showDeliveries } from './show-delivery.ts'

interface DeliveriesFlags extends ServerFlags {
  readonly state?: DeliveryState
  readonly type?: string
  readonly event?: string
  readonly job?: string
  readonly after?: Date
  readonly before?: Date
  readonly limit: number
  readonly cursor?: string
}

export const configureDeliveries: Configure = (command, { terminal, action }) => {
  command
    .argument('[webhook]', 'its id (default: those of all, and callbacks)')
    .addOption(new Option('--state <state>', 'only those in this state').choices(deliveryStates))
    .option('--type <type>', 'only of events of this type')
    .option('--event <id>', 'only of this event')
    .option('--job <id>', 'only callbacks about this job')
    .option('--after <when>', 'only those made after then: a time, or how long ago', pastOption)
    .option('--before <when>', 'only those made before then', pastOption)
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks deliveries', 'the newest of all'],
    ['buzzer webhooks deliveries whk_01j… --state failed --after 1h', 'what failed of late'],
    ['buzzer webhooks deliveries --job job_01j…', 'the callbacks of a job'],
  ]).action(action(deliveries(terminal)))
}

const deliveries =
  (terminal: Terminal) =>
  async (id: string | undefined, flags: DeliveriesFlags): Promise<number> => {
    const { state, type, event, job, after, before, limit, cursor } = flags
    if (id !== undefined && job !== undefined)
      throw usageError('A callback is not of a webhook.', 'give the webhook, or --job')
    const { client } = await connect(flags, terminal)
    const filter = { state, type, event, after, before, limit, cursor }
    const page =
      id === undefined
        ? await client.deliveries.list({ ...filter, job })
        : await client.webhooks.deliveries(id, filter)
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.deliveries.length === 0) hintAt(terminal, 'There are none.')
    else
      for (const line of showDeliveries(stdout, page.deliveries, Date.now()))
        writeLine(stdout, line)
    if (flags.json !== true && page.next !== null)
      hintAt(terminal, `There are more: add --cursor ${page.next}`)
    return exitCodes.done
  }
