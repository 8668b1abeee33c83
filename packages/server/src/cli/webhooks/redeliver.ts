import { addExamples, type Configure } from '../command.ts'
import { exitCodes, usageError } from '../command-error.ts'
import { addServerOptions, connect, type AnyClient, type ServerFlags } from '../connect.ts'
import { pastOption, wholeOption } from '../option-values.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showDelivery } from './show-delivery.ts'
import { tellScheduled } from './tell-scheduled.ts'

interface RedeliverFlags extends ServerFlags {
  readonly failed?: true
  readonly webhook?: string
  readonly since?: Date
  readonly until?: Date
  readonly type?: string
  readonly rate?: number
}

export const configureRedeliver: Configure = (command, { terminal, action }) => {
  command
    .argument('[delivery]', 'the id of one')
    .option('--failed', 'all that failed, of one webhook')
    .option('--webhook <id>', 'of which webhook')
    .option('--since <when>', 'only those made after then: a time, or how long ago', pastOption)
    .option('--until <when>', 'only those made before then', pastOption)
    .option('--type <type>', 'only of events of this type')
    .option('--rate <n>', 'attempts a second (default: 50)', wholeOption)
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks redeliver dlv_01j…', 'one, with fresh attempts'],
    ['buzzer webhooks redeliver --failed --webhook whk_01j…', 'once its receiver is mended'],
    ['buzzer webhooks redeliver --failed --webhook whk_01j… --since 2h --rate 5', 'gently'],
  ]).action(action(redeliver(terminal)))
}

const redeliver =
  (terminal: Terminal) =>
  async (id: string | undefined, flags: RedeliverFlags): Promise<number> => {
    if (id === undefined) {
      const webhook = whichOf(flags)
      const { client } = await connect(flags, terminal)
      return redeliverFailed(client, webhook, flags, terminal)
    }
    refuseWithOne(flags)
    const { client } = await connect(flags, terminal)
    const delivery = await client.deliveries.redeliver(id)
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, delivery)
    else writeLine(stdout, showDelivery(stdout, delivery))
    return exitCodes.done
  }

async function redeliverFailed(
  client: AnyClient,
  webhook: string,
  flags: RedeliverFlags,
  terminal: Terminal,
): Promise<number> {
  const { since: after, until: before, type, rate } = flags
  const answer = await client.webhooks.redeliverFailed(webhook, { after, before, type, rate })
  tellScheduled(terminal, flags, webhook, answer)
  return exitCodes.done
}

/** Nobody is to send all again who only left out an id. */
function whichOf({ failed, webhook }: RedeliverFlags): string {
  if (failed === true && webhook !== undefined) return webhook
  throw usageError('Which deliveries?', 'name one, or write --failed --webhook WEBHOOK')
}

function refuseWithOne({ failed, webhook, since, until, type, rate }: RedeliverFlags): void {
  if ([failed, webhook, since, until, type, rate].every((flag) => flag === undefined)) return
  throw usageError('One delivery needs nothing else to be found by.', 'leave the other options out')
}
