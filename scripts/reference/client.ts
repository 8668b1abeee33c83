import { declarationOf, declarationsOf } from './declarations.ts'
import { code, page, table } from './markdown.ts'
import { methodsSection, optionsSection } from './sections.ts'

const batches = 'client/src/batch-handle.ts'
const channels = 'client/src/channel/channel-handle.ts'
const events = 'client/src/channel/channel-event.ts'
const deadLetters = 'client/src/dead-letters.ts'

/** What callers write with. */
export const clientPage = (): string =>
  page('The client', [
    'What `@buzzer/client` exports. How it is used: [the package](../../packages/client/README.md).',
    optionsSection('createClient(options)', declarationOf('client/src/client.ts', 'ClientOptions')),
    optionsSection('Options: retry', declarationOf('client/src/retry.ts', 'RetryOptions')),
    methodsSection(declarationOf('client/src/client.ts', 'Client')),
    optionsSection(
      'Options of a submission',
      declarationOf('client/src/submit-options.ts', 'SubmitOptions'),
    ),
    methodsSection(declarationOf('client/src/job-handle.ts', 'JobHandle')),
    methodsSection(declarationOf(batches, 'BatchHandle')),
    optionsSection('Options of a batch', declarationOf(batches, 'BatchOptions')),
    optionsSection('Options of a job of a batch', declarationOf(batches, 'BatchJobOptions')),
    optionsSection('Options of events', declarationOf('client/src/job-handle.ts', 'EventsOptions')),
    methodsSection(declarationOf(channels, 'ChannelHandle')),
    optionsSection('Options of a subscription', declarationOf(channels, 'SubscribeOptions')),
    optionsSection('An event on a channel', declarationOf(events, 'ChannelEvent')),
    optionsSection(
      'An event to be published',
      declarationOf('client/src/channel/publish.ts', 'NewEvent'),
    ),
    methodsSection(declarationOf('client/src/jobs.ts', 'Jobs')),
    methodsSection(declarationOf(deadLetters, 'DeadLetters')),
    optionsSection('Which dead letters', declarationOf(deadLetters, 'DeadLetterFilter')),
    '## Errors',
    table(
      ['class', 'when'],
      declarationsOf('client/src/error.ts').map(({ name, comment }) => [code(name), comment]),
    ),
  ])
