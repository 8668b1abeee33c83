import type { Route } from '../route.ts'
import { asyncapiJson, asyncapiYaml } from './asyncapi.ts'
import { batchEvents } from './batch-events.ts'
import { getBatchResults } from './batch-results.ts'
import { cancelBatch } from './cancel-batch.ts'
import { cancelJob } from './cancel-job.ts'
import {
  patchOperation,
  putChannel,
  putService,
  removeChannel,
  removeService,
} from './change-definition.ts'
import { definitionHistories } from './definition-history.ts'
import { channelEvents } from './channel-events.ts'
import { channelPresence } from './channel-presence.ts'
import { docsFile, docsOfCalls, docsOfChannels } from './docs.ts'
import { eraseJob } from './erase-job.ts'
import { finishByHook } from './finish-by-hook.ts'
import { getBatch } from './get-batch.ts'
import { getChannel, getOperation, getService } from './get-definition.ts'
import { getJob } from './get-job.ts'
import { getResult } from './get-result.ts'
import { healthz, metrics, readyz } from './health.ts'
import { importChannels } from './import-channels.ts'
import { importService } from './import-service.ts'
import { home } from './home.ts'
import { jobEvents } from './job-events.ts'
import { listChannels, listOperations, listServices } from './list-definitions.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listJobs } from './list-jobs.ts'
import { listSchedules } from './list-schedules.ts'
import { notSupported } from './not-supported.ts'
import { openapiJson, openapiYaml } from './openapi.ts'
import { problemList, problemPage } from './problem-page.ts'
import { issueTicket } from './issue-ticket.ts'
import { openChannelSocket, openSocket } from './open-socket.ts'
import { publishEvents } from './publish-events.ts'
import { receiveHook } from './receive-hook.ts'
import { retryJob } from './retry-job.ts'
import { runSchedule } from './run-schedule.ts'
import { discardDeadLetters, retryDeadLetters } from './steer-dead-letters.ts'
import { submitBatch } from './submit-batch.ts'
import { submitJob } from './submit-job.ts'
import {
  getDelivery,
  listDeliveries,
  listDeliveriesOfWebhook,
  redeliver,
  redeliverFailed,
  replayWebhook,
  testWebhook,
} from './deliveries.ts'
import {
  createWebhook,
  getWebhook,
  listWebhooks,
  patchWebhook,
  putWebhook,
  removeWebhook,
  rotateSecret,
} from './webhooks.ts'
import { webhookKeys } from './webhook-keys.ts'

/** Every route of our own; calls of wrapped APIs come below their mounts (call-service.ts). */
export const routes: readonly Route[] = [
  submitJob,
  listJobs,
  getJob,
  eraseJob,
  getResult,
  jobEvents,
  cancelJob,
  retryJob,
  submitBatch,
  getBatch,
  batchEvents,
  getBatchResults,
  cancelBatch,
  listSchedules,
  runSchedule,
  listDeadLetters,
  retryDeadLetters,
  discardDeadLetters,
  listOperations,
  getOperation,
  patchOperation,
  listServices,
  getService,
  putService,
  removeService,
  importService,
  listChannels,
  getChannel,
  putChannel,
  removeChannel,
  publishEvents,
  channelEvents,
  channelPresence,
  importChannels,
  openSocket,
  openChannelSocket,
  issueTicket,
  createWebhook,
  listWebhooks,
  getWebhook,
  putWebhook,
  patchWebhook,
  removeWebhook,
  rotateSecret,
  testWebhook,
  listDeliveriesOfWebhook,
  redeliverFailed,
  replayWebhook,
  listDeliveries,
  getDelivery,
  redeliver,
  webhookKeys,
  receiveHook,
  finishByHook,
  ...definitionHistories,
  home,
  healthz,
  readyz,
  metrics,
  openapiJson,
  openapiYaml,
  asyncapiJson,
  asyncapiYaml,
  docsOfCalls,
  docsOfChannels,
  docsFile,
  problemList,
  problemPage,
  ...notSupported,
]
