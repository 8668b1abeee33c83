import type { Configure } from './command.ts'
import { configureDocument } from './print-document.ts'

export const configureOpenapi: Configure = (command, context) =>
  configureDocument(command, context, {
    name: 'openapi',
    title: 'OpenAPI',
    use: 'for code generators and API clients',
  })
