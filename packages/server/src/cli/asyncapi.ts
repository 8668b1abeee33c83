import type { Configure } from './command.ts'
import { configureDocument } from './print-document.ts'

export const configureAsyncapi: Configure = (command, context) =>
  configureDocument(command, context, {
    name: 'asyncapi',
    title: 'AsyncAPI',
    use: 'for code generators and other tools',
  })
