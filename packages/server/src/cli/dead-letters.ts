import type { Configure } from './command.ts'
import { configureDiscard } from './dead-letters-discard.ts'
import { configureGroups } from './dead-letters-groups.ts'
import { configureList } from './dead-letters-list.ts'
import { configureRetry } from './dead-letters-retry.ts'

export const configureDeadLetters: Configure = (command, context) => {
  configureList(command.command('list').description('list them, newest first'), context)
  configureGroups(command.command('groups').description('show what they died of'), context)
  configureRetry(command.command('retry').description('run them again'), context)
  configureDiscard(command.command('discard').description('erase them for good'), context)
}
