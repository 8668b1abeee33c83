import type { WithSecret } from '@buzzer/client'
import { hintAt } from '../follow.ts'
import { writeLine, type Terminal } from '../terminal.ts'

/** Shows a secret, which no later answer does, and says what it is for. */
export function tellSecret(terminal: Terminal, { id, secret }: WithSecret): void {
  writeLine(terminal.stdout, `secret  ${secret}`)
  hintAt(
    terminal,
    'It is not shown again. The receiver verifies with it that Buzzer sent what comes:',
  )
  hintAt(terminal, `  await verifyWebhook(body, headers, { secret })   from @buzzer/client`)
  hintAt(terminal, 'or any library of Standard Webhooks (docs/how-to/receive-webhooks.md).')
  hintAt(terminal, `Try it: buzzer webhooks test ${id}`)
}
