import { batchEventTypes, batchStates } from '../../packages/contract/src/batch.ts'
import { eventTypePrefix, jobEventTypes } from '../../packages/contract/src/event.ts'
import { finalStates, jobStates, waitingReasons } from '../../packages/contract/src/job.ts'
import { webhookEventTypes } from '../../packages/contract/src/webhook.ts'
import { declarationOf, declarationsOf } from './declarations.ts'
import { optionsSection } from './sections.ts'
import { code, list, page, table } from './markdown.ts'

const contract = 'contract/src/event.ts'

/** The events of a job, their envelope and the words that stand in them. */
export const eventsPage = (): string =>
  page('Events', [
    'A job has a channel of its own, `jobs/{id}`, which `GET /v1/jobs/{id}/events` streams as' +
      ' Server-Sent Events: `id:` is the offset, `event:` the type without' +
      ` ${code(eventTypePrefix)}, \`data:\` the CloudEvent. How to read them:` +
      ' [progress and partial output](../how-to/progress-and-output.md).',
    '## Types',
    list(jobEventTypes.map((type) => code(`${eventTypePrefix}${type}`))),
    optionsSection('The envelope', declarationOf(contract, 'CloudEvent')),
    optionsSection('The data of job.output', declarationOf(contract, 'OutputPiece')),
    'The data of every other event is the job, as `GET /v1/jobs/{id}` gives it; `job.succeeded` has' +
      ' the `result` too where it is JSON of at most 64 KiB, and `job.failed` has `deadLetter: true` where' +
      ' the attempts are used up.',
    '## States of a job',
    list(jobStates.map((state) => `${code(state)}${isFinal(state) ? ', which ends the run' : ''}`)),
    '## Why a job waits',
    `\`waiting.reason\` is one of ${waitingReasons.map(code).join(', ')}.`,
    '## Batches',
    'A batch has a channel too, which `GET /v1/batches/{id}/events` streams in the same form, with' +
      ` these types: ${batchEventTypes.map((type) => code(`${eventTypePrefix}${type}`)).join(', ')}.` +
      ` Its states are ${batchStates.map(code).join(', ')}.`,
    optionsSection(
      'The data of an outcome in a batch',
      declarationOf('contract/src/batch.ts', 'BatchOutcomeData'),
    ),
    '## Webhooks',
    'What becomes of webhooks is told on the channel `webhooks`, and how to have it sent somewhere says' +
      ' [webhooks](../how-to/webhooks.md#health). `webhook.test` is only delivered.',
    table(
      ['type', '`subject`', 'when'],
      webhookEventTypes.map((type) => [code(`${eventTypePrefix}${type}`), ...webhookEvents[type]]),
    ),
    '## As the client gives them',
    table(
      ['class of event', 'meaning', 'members'],
      declarationsOf('client/src/job-event.ts').map(({ name, comment, members }) => [
        code(name),
        comment,
        members.map((member) => code(member.name)).join(', '),
      ]),
    ),
  ])

/** What each is about, and when it comes. */
const webhookEvents: Readonly<Record<(typeof webhookEventTypes)[number], readonly string[]>> = {
  'webhook.disabled': ['the webhook', 'it was disabled for what it answered'],
  'webhook.test': ['the webhook', 'a test was asked for'],
  'delivery.failed': ['the delivery', 'its attempts are used up'],
}

const isFinal = (state: string): boolean => finalStates.some((final) => final === state)
