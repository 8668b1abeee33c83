import { isMeant } from '../ask-first.ts'
import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'

interface DeleteFlags extends ServerFlags {
  readonly yes?: true
}

export const configureDelete: Configure = (command, { terminal, action }) => {
  command.argument('<webhook>', 'its id').option('--yes', 'do not ask')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks delete whk_01j…', 'with its secret, once you say yes'],
    ['buzzer webhooks delete whk_01j… --yes', 'without being asked, for programs'],
  ]).action(action(deleteOne(terminal)))
}

const deleteOne =
  (terminal: Terminal) =>
  async (id: string, flags: DeleteFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const asked = {
      what: 'A deleted webhook is gone for good, with its secret',
      question: 'It is gone for good then, with its secret. Delete it?',
      refused: 'Nothing was deleted.',
    }
    if (flags.yes !== true && !(await isMeant(asked, terminal))) {
      hintAt(terminal, asked.refused)
      return exitCodes.failed
    }
    await client.webhooks.delete(id)
    if (flags.json === true) writeJson(terminal.stdout, { id, deleted: true })
    else writeLine(terminal.stdout, `${id}  deleted`)
    return exitCodes.done
  }
