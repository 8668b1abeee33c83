import type { RedeliveredDocument } from '@buzzer/client'
import type { CommonFlags } from '../command.ts'
import { hintAt } from '../follow.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'

/** Says how many deliveries will be sent, and where to see them go. */
export function tellScheduled(
  terminal: Terminal,
  flags: CommonFlags,
  webhook: string,
  answer: RedeliveredDocument,
): void {
  if (flags.json === true) return writeJson(terminal.stdout, answer)
  writeLine(terminal.stdout, `${answer.count} to send`)
  if (answer.count > 0) hintAt(terminal, `buzzer webhooks deliveries ${webhook}`)
}
