import type { Configure } from './command.ts'

/** A command as it stands in the help; the rest of it is loaded when it is called. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** What a group does where nothing says which of it. */
  readonly byDefault?: string
  load(): Promise<Configure>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'run the server',
    load: async () => (await import('./start.ts')).configureStart,
  },
  {
    name: 'dev',
    summary: 'run the server, and again at each change of the configuration',
    load: async () => (await import('./dev.ts')).configureDev,
  },
  {
    name: 'import',
    summary: 'look at an OpenAPI document and wrap its API',
    load: async () => (await import('./import.ts')).configureImport,
  },
  {
    name: 'submit',
    summary: 'call an operation',
    load: async () => (await import('./submit.ts')).configureSubmit,
  },
  {
    name: 'jobs',
    summary: 'list, show, watch, cancel and retry jobs',
    byDefault: 'list',
    load: async () => (await import('./jobs.ts')).configureJobs,
  },
  {
    name: 'dead-letters',
    summary: 'list and retry jobs that used up their attempts',
    byDefault: 'list',
    load: async () => (await import('./dead-letters.ts')).configureDeadLetters,
  },
  {
    name: 'openapi',
    summary: 'print the OpenAPI document of a running server',
    load: async () => (await import('./openapi.ts')).configureOpenapi,
  },
  {
    name: 'config',
    summary: 'show the configuration and where each value comes from',
    byDefault: 'view',
    load: async () => (await import('./config.ts')).configureConfig,
  },
]

/** What PROTOCOL.md names and is still to come. */
export const plannedCommands: readonly string[] = [
  'init',
  'worker',
  'tail',
  'publish',
  'listen',
  'webhooks',
  'clients',
  'audit',
  'nodes',
  'migrate',
  'backup',
  'doctor',
  'bench',
  'asyncapi',
]
