import type { DeadLetterGroup } from '@buzzer/client'
import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { countOption } from './option-values.ts'
import { showAge } from './show-time.ts'
import { layOut } from './table.ts'
import { paint, writeJson, writeLine, type Output, type Terminal } from './terminal.ts'

interface GroupFlags extends ServerFlags {
  readonly operation?: string
  readonly code?: string
  readonly limit: number
  readonly cursor?: string
}

export const configureGroups: Configure = (command, { terminal, action }) => {
  command
    .option('--operation <name>', 'only those of this operation')
    .option('--code <code>', 'only those whose error has this code')
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer dead-letters groups', 'one line for each fault'],
    ['buzzer dead-letters retry --group 0123456789abcdef', 'run those of one fault again'],
  ]).action(action(groups(terminal)))
}

const groups =
  (terminal: Terminal) =>
  async (flags: GroupFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { operation, code, limit, cursor } = flags
    const page = await client.deadLetters.groups({ operation, code, limit, cursor })
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.groups.length === 0) hintAt(terminal, 'There are none.')
    else for (const line of showGroups(stdout, page.groups, Date.now())) writeLine(stdout, line)
    if (flags.json !== true && page.next !== null)
      hintAt(terminal, `There are more: add --cursor ${page.next}`)
    return exitCodes.done
  }

/** What a line has room for; `list --group` shows the rest. */
const detailAtMost = 60

function showGroups(
  stream: Output,
  found: readonly DeadLetterGroup[],
  now: number,
): readonly string[] {
  const head = ['COUNT', 'OPERATION', 'CODE', 'NEWEST', 'GROUP', ''].map((title) =>
    paint(stream, 'dim', title),
  )
  const rows = found.map(({ count, operation, code, newest, group, detail }) => [
    String(count),
    operation,
    code,
    showAge(newest, now),
    group,
    detail.length > detailAtMost ? `${detail.slice(0, detailAtMost - 1)}…` : detail,
  ])
  return layOut([head, ...rows])
}
