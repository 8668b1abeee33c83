import type { CommandEntry } from './command.ts'

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'make a new project',
    load: async () => (await import('./init.ts')).configureInit,
  },
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
    summary: 'look at a document: wrap an OpenAPI one, declare the channels of AsyncAPI',
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
    name: 'batches',
    summary: 'show, watch, cancel batches of jobs, and print their results',
    load: async () => (await import('./batches.ts')).configureBatches,
  },
  {
    name: 'dead-letters',
    summary: 'list, group, retry and discard jobs that used up their attempts',
    byDefault: 'list',
    load: async () => (await import('./dead-letters.ts')).configureDeadLetters,
  },
  {
    name: 'schedules',
    summary: 'list what runs by itself, and run it now',
    byDefault: 'list',
    load: async () => (await import('./schedules.ts')).configureSchedules,
  },
  {
    name: 'webhooks',
    summary: 'have events sent to URLs, and look after their deliveries',
    byDefault: 'list',
    load: async () => (await import('./webhooks.ts')).configureWebhooks,
  },
  {
    name: 'tail',
    summary: 'print the events of a channel as they come',
    load: async () => (await import('./tail.ts')).configureTail,
  },
  {
    name: 'listen',
    summary: 'print events as they come, and forward them to a program on this machine',
    load: async () => (await import('./listen.ts')).configureListen,
  },
  {
    name: 'publish',
    summary: 'publish events to a channel',
    load: async () => (await import('./publish.ts')).configurePublish,
  },
  {
    name: 'openapi',
    summary: 'print the OpenAPI document of a running server',
    load: async () => (await import('./openapi.ts')).configureOpenapi,
  },
  {
    name: 'asyncapi',
    summary: 'print the AsyncAPI document of a running server',
    load: async () => (await import('./asyncapi.ts')).configureAsyncapi,
  },
  {
    name: 'backup',
    summary: 'copy the data of a running server, and verify the copy',
    load: async () => (await import('./backup.ts')).configureBackup,
  },
  {
    name: 'restore',
    summary: 'bring a backup back into an empty data folder',
    load: async () => (await import('./restore.ts')).configureRestore,
  },
  {
    name: 'doctor',
    summary: 'look for what is wrong, and say how to mend it',
    load: async () => (await import('./doctor.ts')).configureDoctor,
  },
  {
    name: 'config',
    summary: 'show the configuration and where each value comes from',
    byDefault: 'view',
    load: async () => (await import('./config.ts')).configureConfig,
  },
  {
    name: 'bench',
    summary: 'measure how many calls a server takes and runs',
    load: async () => (await import('./bench.ts')).configureBench,
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete these commands',
    load: async () => (await import('./completion.ts')).configureCompletion(commands),
  },
]

/** What PROTOCOL.md names and is still to come. */
export const plannedCommands: readonly string[] = ['worker', 'clients', 'audit', 'nodes', 'migrate']
