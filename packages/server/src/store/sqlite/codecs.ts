import type { JobId } from '@buzzer/contract'
import type { FailedAttempt, Job, Queued, Running } from '../../core/job.ts'
import { claimed as claimedJob } from '../../core/next.ts'
import type { Input, Result } from '../../core/payload.ts'
import type {
  Definition,
  DefinitionChange,
  DefinitionHead,
  DefinitionKey,
  DefinitionOutcome,
  DefinitionVersion,
} from '../../ports/definitions.ts'
import type { Millis } from '../../core/time.ts'
import type {
  DeadLetterQuery,
  ErrorGroup,
  GroupQuery,
  RetryBatch,
  SteerBatch,
  SteeredBatch,
} from '../../ports/dead-letters.ts'
import type { DefinedSchedule, DueSchedules, StoredSchedule } from '../../ports/schedules.ts'
import {
  StoreUnavailable,
  type Accept,
  type Acceptance,
  type ClaimRequest,
  type Claimed,
  type Claims,
  type Depth,
  type Finish,
  type JobLookup,
  type JobQuery,
  type LeaseNews,
  type LeaseRef,
  type Note,
  type Page,
  type Piece,
  type Rescued,
  type Retained,
  type Settled,
  type Settlement,
  type Steered,
  type StoreSurroundings,
} from '../../ports/store.ts'
import type { TicketUse } from './tickets.ts'
import { accepted } from './accept.ts'
import type { AuditStep } from './audit.ts'
import type { BlobPage, TrashPage } from './blob-commands.ts'
import { batchCodecs } from './batch-codecs.ts'
import { plainCodec, type Codec } from './codec.ts'
import type { ServeRequest } from './core.ts'
import type { Row } from './database.ts'
import { writeCallback } from './deliveries/callbacks.ts'
import { deliveryCodecs } from './deliveries/codecs.ts'
import type { ReadDefinitionRequest } from './definitions.ts'
import type { SurroundingsRequest } from './depths.ts'
import type { FinishRequest } from './finish.ts'
import { writeKeyClaim, writeNewJob } from './new-job-codec.ts'
import { noted, pieceBytesAtMost } from './note.ts'
import { opcode } from './opcode.ts'
import { readInput, readResult, writeInput, writeResult } from './payload-codec.ts'
import type { PiecesRequest } from './payloads.ts'
import { publishCodec, type ReserveRequest } from './publish.ts'
import { lookup } from './read.ts'
import type { RetainRequest } from './retain.ts'
import { columnCount, decodeJob, dueAtColumn, encodeJson } from './row.ts'
import { settled, settleForm, type OtherSettlement } from './settle.ts'
import { fireCodec } from './schedules.ts'
import type { SteerRequest } from './steer.ts'
import type { Unpack } from './wire.ts'

const readRow = (input: Unpack): Row => {
  const row: unknown[] = []
  for (let column = 0; column < columnCount; column += 1) row.push(input.value())
  return row as unknown as Row
}

const readJob = (input: Unpack): Job => decode(readRow(input))

const decode = (row: Row): Job => {
  try {
    return decodeJob(row)
  } catch (cause) {
    throw new StoreUnavailable(`The row of ${String(row[0])} is damaged.`, { cause })
  }
}

const accept: Codec<Accept, Acceptance> = {
  code: opcode.accept,
  write(output, { job, input, idempotency, claimFor, callback }) {
    writeNewJob(output, job)
    output.value(claimFor)
    writeKeyClaim(output, idempotency)
    writeInput(output, input)
    writeCallback(output, callback)
  },
  read(input, { job, claimFor }) {
    switch (input.number()) {
      case accepted.queued:
        return { kind: 'accepted', job }
      case accepted.claimed:
        return { kind: 'accepted', job: claimedAtOnce(job, claimFor, input) }
      case accepted.replayed:
        return { kind: 'replayed', job: readJob(input) }
      case accepted.keyExpired:
        return { kind: 'key-expired' }
      default:
        return { kind: 'key-reused' }
    }
  },
}

function claimedAtOnce(job: Queued, node: string | null, input: Unpack): Running {
  const now = input.number()
  const leaseUntil = input.number()
  const attemptUntil = input.number()
  return claimedJob(job, { node: node ?? '', leaseUntil, attemptUntil }, now)
}

const settle: Codec<Settlement, Settled> = {
  code: opcode.settle,
  write(output, { lease, next, result, failure }) {
    if (next.state === 'succeeded' && failure === null) {
      output.value(next.batch === null ? settleForm.succeeded : settleForm.succeededInBatch)
      if (next.batch !== null) output.value(next.batch)
      output.value(lease.id)
      output.value(lease.fence)
      output.value(next.tenant)
      output.value(next.operation)
      output.value(next.key)
      output.value(next.version)
      output.value(next.run)
      output.value(next.attempt)
      output.value(next.finishedAt)
      output.value(encodeJson(next.progress))
    } else {
      output.value(settleForm.other)
      const other: OtherSettlement = { ...lease, next, failure }
      output.value(other)
    }
    writeResult(output, result)
  },
  read(input) {
    const became = input.number()
    if (became === settled.settled) return 'settled'
    return became === settled.cancelled ? 'cancelled' : 'lease-lost'
  },
}

const note: Codec<Note, 'noted' | 'lease-lost'> = {
  code: opcode.note,
  write(output, { lease, version, progress, pieces }) {
    output.value(lease.id)
    output.value(lease.fence)
    output.value(version)
    output.value(encodeJson(progress))
    output.value(pieces.length)
    output.value(pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece.json), 0))
    for (const piece of pieces) {
      output.value(piece.version)
      output.value(piece.attempt)
      output.value(piece.index)
      output.value(piece.at)
      output.value(piece.json)
    }
  },
  read(input, { lease }) {
    const kind = input.number()
    if (kind === noted.tooMuch) {
      throw new Error(
        `${lease.id} has put out more than ${pieceBytesAtMost} bytes in pieces. Give it as the ` +
          'result, or put it elsewhere and give its address.',
      )
    }
    return kind === noted.noted ? 'noted' : 'lease-lost'
  },
}

const claimJobs: Codec<ClaimRequest, Claims> = {
  code: opcode.claim,
  write: (output, request) => output.value(request),
  read(input) {
    const claimed: Claimed[] = []
    while (input.number() === 1) {
      const row = readRow(input)
      const dueAt = row[dueAtColumn] as number | null
      claimed.push({ job: decode(row) as Running, input: readInput(input), dueAt })
    }
    return { claimed, nextDueAt: input.numberOrNull() }
  },
}

const read: Codec<JobId, JobLookup> = {
  code: opcode.read,
  write: (output, id) => output.value(id),
  read(input) {
    switch (input.number()) {
      case lookup.found:
        return { kind: 'found', job: readJob(input) }
      case lookup.expired:
        return { kind: 'expired', tenant: input.text() }
      default:
        return { kind: 'unknown' }
    }
  },
}

const input: Codec<JobId, Input | null> = {
  code: opcode.input,
  write: (output, id) => output.value(id),
  read: readInput,
}

const result: Codec<JobId, Result | null> = {
  code: opcode.result,
  write: (output, id) => output.value(id),
  read: readResult,
}

const finish: Codec<Finish, Steered> = {
  code: opcode.finish,
  write(output, finished) {
    const { id, run, error } = finished
    output.value({ id, run, error } satisfies FinishRequest)
    writeResult(output, finished.result)
  },
  read: (reply) => reply.value() as Steered,
}

/** Every command of the port, by its name. */
export const codecs = {
  ...batchCodecs,
  ...deliveryCodecs,
  accept,
  settle,
  note,
  claim: claimJobs,
  finish,
  read,
  input,
  result,
  inspect: plainCodec<readonly LeaseRef[], LeaseNews>('inspect'),
  serve: plainCodec<ServeRequest, undefined>('serve'),
  list: plainCodec<JobQuery, Page<Job>>('list'),
  cancel: plainCodec<SteerRequest, Steered>('cancel'),
  retry: plainCodec<SteerRequest, Steered>('retry'),
  erase: plainCodec<SteerRequest, 'erased' | 'job-not-finished' | 'job-not-found'>('erase'),
  surroundings: plainCodec<SurroundingsRequest, StoreSurroundings>('surroundings'),
  pieces: plainCodec<PiecesRequest, readonly Piece[]>('pieces'),
  failures: plainCodec<JobId, readonly FailedAttempt[]>('failures'),
  rescue: plainCodec<number, Rescued>('rescue'),
  retain: plainCodec<RetainRequest, Retained>('retain'),
  depths: plainCodec<null, readonly Depth[]>('depths'),
  audit: plainCodec<number, AuditStep>('audit'),
  ping: plainCodec<null, null>('ping'),
  knownBlobs: plainCodec<readonly string[], readonly string[]>('knownBlobs'),
  listBlobs: plainCodec<BlobPage, readonly string[]>('listBlobs'),
  trashedBlobs: plainCodec<TrashPage, readonly string[]>('trashedBlobs'),
  forgetBlobs: plainCodec<readonly string[], null>('forgetBlobs'),
  listDeadLetters: plainCodec<DeadLetterQuery, Page<Job>>('listDeadLetters'),
  deadLetterGroups: plainCodec<GroupQuery, Page<ErrorGroup>>('deadLetterGroups'),
  retryDeadLetters: plainCodec<RetryBatch, SteeredBatch>('retryDeadLetters'),
  discardDeadLetters: plainCodec<SteerBatch, SteeredBatch>('discardDeadLetters'),
  listSchedules: plainCodec<null, readonly StoredSchedule[]>('listSchedules'),
  dueSchedules: plainCodec<Millis, DueSchedules>('dueSchedules'),
  syncSchedules: plainCodec<readonly DefinedSchedule[], null>('syncSchedules'),
  fireSchedule: fireCodec(accept),
  publish: publishCodec,
  reserve: plainCodec<ReserveRequest, number | null>('reserve'),
  useTicket: plainCodec<TicketUse, boolean>('useTicket'),
  listDefinitions: plainCodec<null, readonly DefinitionHead[]>('listDefinitions'),
  readDefinition: plainCodec<ReadDefinitionRequest, Definition | null>('readDefinition'),
  definitionHistory: plainCodec<DefinitionKey, readonly DefinitionVersion[]>('definitionHistory'),
  changeDefinitions: plainCodec<readonly DefinitionChange[], DefinitionOutcome>(
    'changeDefinitions',
  ),
} as const
