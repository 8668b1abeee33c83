import type { BatchId, JobId } from '@buzzer/contract'
import type {
  AcceptBatch,
  BatchAcceptance,
  BatchCancelling,
  BatchLookup,
} from '../../ports/batches.ts'
import type { ChannelPage } from '../../ports/events.ts'
import type { CancelBatchRequest } from './batches.ts'
import { plainCodec, type Codec } from './codec.ts'
import { writeCallback } from './deliveries/callbacks.ts'
import { writeKeyClaim, writeNewJob } from './new-job-codec.ts'
import { opcode } from './opcode.ts'
import { writeInput } from './payload-codec.ts'
import type { ChannelsRequest, EventsRequest } from './read-events.ts'

const acceptBatch: Codec<AcceptBatch, BatchAcceptance> = {
  code: opcode.acceptBatch,
  write(output, { id, tenant, client, createdAt, idempotency, callback, entries }) {
    output.value(id)
    output.value(tenant)
    output.value(client)
    output.value(createdAt)
    writeKeyClaim(output, idempotency)
    writeCallback(output, callback)
    output.value(entries.length)
    for (const entry of entries) {
      writeNewJob(output, entry.job)
      writeKeyClaim(output, entry.idempotency)
    }
    // Behind them all, because whether they are needed depends on all the keys.
    for (const { input } of entries) writeInput(output, input)
  },
  read: (input) => input.value() as BatchAcceptance,
}

/** The commands of the roles `batches` and `events`. */
export const batchCodecs = {
  acceptBatch,
  readBatch: plainCodec<BatchId, BatchLookup>('readBatch'),
  cancelBatch: plainCodec<CancelBatchRequest, BatchCancelling>('cancelBatch'),
  batchesOf: plainCodec<JobId, readonly BatchId[]>('batchesOf'),
  readEvents: plainCodec<EventsRequest, ChannelPage>('readEvents'),
  listChannels: plainCodec<ChannelsRequest, readonly string[]>('listChannels'),
} as const
