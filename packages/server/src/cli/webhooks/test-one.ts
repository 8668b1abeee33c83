import type { DeliveryDocument } from '@buzzer/client'
import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type AnyClient, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { pause } from '../pause.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showDelivery, showWholeDelivery } from './show-delivery.ts'

interface TestFlags extends ServerFlags {
  /** False with --no-wait. */
  readonly wait: boolean
}

export const configureTest: Configure = (command, { terminal, action }) => {
  command.argument('<webhook>', 'its id').option('--no-wait', 'do not wait for its answer')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks test whk_01j…', 'what it answers; 1 where it does not take it'],
  ]).action(action(test(terminal)))
}

const test =
  (terminal: Terminal) =>
  async (id: string, flags: TestFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { stdout } = terminal
    const sent = await client.webhooks.test(id)
    if (!flags.wait) {
      if (flags.json === true) writeJson(stdout, sent)
      else writeLine(stdout, showDelivery(stdout, sent))
      return exitCodes.done
    }
    const tried = await firstAttempt(client, sent, terminal)
    if (flags.json === true) writeJson(stdout, tried)
    else for (const line of showWholeDelivery(stdout, tried)) writeLine(stdout, line)
    if (flags.json !== true && tried.nextAttemptAt !== null)
      hintAt(terminal, `It is tried again: buzzer webhooks delivery ${tried.id}`)
    return tried.state === 'delivered' ? exitCodes.done : exitCodes.failed
  }

/** Whoever tests wants to see the first answer, not to wait for a day of attempts. */
async function firstAttempt(client: AnyClient, { id }: DeliveryDocument, terminal: Terminal) {
  const signal = terminal.interrupt()
  for (let delayMs = 50; ; delayMs = Math.min(1_000, delayMs * 2)) {
    const delivery = await client.deliveries.get(id, { signal })
    if (delivery.attempt > 0 && delivery.state !== 'sending') return delivery
    if (delivery.state === 'failed') return delivery
    await pause(delayMs, signal)
  }
}
