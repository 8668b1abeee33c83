import { declarationOf, declarationsOf } from './declarations.ts'
import { code, page, table } from './markdown.ts'
import { methodsSection, optionsSection } from './sections.ts'

const batches = 'client/src/batch-handle.ts'
const channels = 'client/src/channel/channel-handle.ts'
const events = 'client/src/channel/channel-event.ts'
const deadLetters = 'client/src/dead-letters.ts'
const deliveries = 'client/src/webhook/deliveries.ts'
const settings = 'contract/src/webhook.ts'
const verify = 'client/src/webhook/verify-webhook.ts'
const webhooks = 'client/src/webhook/webhooks.ts'

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
    optionsSection('A callback', declarationOf('client/src/submit-options.ts', 'Callback')),
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
    methodsSection(declarationOf(webhooks, 'Webhooks')),
    optionsSection('Options of a change', declarationOf(webhooks, 'ChangeOptions')),
    optionsSection('Which failed deliveries', declarationOf(webhooks, 'RedeliverOptions')),
    optionsSection('What is replayed', declarationOf(webhooks, 'ReplayOptions')),
    optionsSection('A new webhook: NewWebhook', declarationOf(settings, 'WebhookSettings')),
    methodsSection(declarationOf(deliveries, 'Deliveries')),
    optionsSection('Which deliveries', declarationOf(deliveries, 'DeliveryFilter')),
    optionsSection(
      'verifyWebhook(payload, headers, options)',
      declarationOf(verify, 'VerifyOptions'),
    ),
    optionsSection('What was verified', declarationOf(verify, 'VerifiedWebhook')),
    '## Errors',
    table(
      ['class', 'when'],
      [
        ...declarationsOf('client/src/error.ts'),
        declarationOf('client/src/webhook/verification-error.ts', 'WebhookVerificationError'),
      ].map(({ name, comment }) => [code(name), comment]),
    ),
  ])
