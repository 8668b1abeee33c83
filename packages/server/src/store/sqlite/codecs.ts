import type { JobId } from '@buzzer/contract'
import type { FailedAttempt, Job, Queued, Running } from '../../core/job.ts'
import { claimed as claimedJob } from '../../core/next.ts'
import type { Input, Result } from '../../core/payload.ts'
import {
  StoreUnavailable,
  type Accept,
  type Acceptance,
  type ClaimRequest,
  type Claimed,
  type Claims,
  type Depth,
  type JobLookup,
  type JobQuery,
  type LeaseNews,
  type LeaseRef,
  type Note,
  type Page,
  type Piece,
  type Rescued,
  type Retained,
  type Settlement,
  type Steered,
  type StoreSurroundings,
} from '../../ports/store.ts'
import { accepted } from './accept.ts'
import { plainCodec, type Codec } from './codec.ts'
import type { ServeRequest } from './core.ts'
import type { Row } from './database.ts'
import type { SurroundingsRequest } from './depths.ts'
import { noted, pieceBytesAtMost } from './note.ts'
import { opcode } from './opcode.ts'
import { readInput, readResult, writeInput, writeResult } from './payload-codec.ts'
import type { PiecesRequest } from './payloads.ts'
import { lookup } from './read.ts'
import type { RetainRequest } from './retain.ts'
import { columnCount, decodeJob, encodeJson, encodeMore } from './row.ts'
import { settled, settleForm, type OtherSettlement } from './settle.ts'
import type { SteerRequest } from './steer.ts'
import type { Unpack } from './wire.ts'

const readJob = (input: Unpack): Job => {
  const row: unknown[] = []
  for (let column = 0; column < columnCount; column += 1) row.push(input.value())
  try {
    return decodeJob(row as unknown as Row)
  } catch (cause) {
    throw new StoreUnavailable(`The row of ${String(row[0])} is damaged.`, { cause })
  }
}

const accept: Codec<Accept, Acceptance> = {
  code: opcode.accept,
  write(output, { job, input, idempotency, claimFor }) {
    assertNew(job)
    output.value(job.id)
    output.value(job.tenant)
    output.value(job.operation)
    output.value(job.priority)
    output.value(job.key)
    output.value(job.createdAt)
    output.value(job.deadlineAt)
    output.value(job.maxAttempts)
    output.value(job.dueAt)
    output.value(encodeMore(job))
    output.value(claimFor)
    output.value(idempotency === null ? null : idempotency.key)
    if (idempotency !== null) {
      output.bytes(idempotency.requestHash)
      output.value(idempotency.expiresAt)
    }
    writeInput(output, input)
  },
  read(input, { job, claimFor }) {
    switch (input.number()) {
      case accepted.queued:
        return { kind: 'accepted', job }
      case accepted.claimed:
        return { kind: 'accepted', job: claimedAtOnce(job, claimFor, input) }
      case accepted.replayed:
        return { kind: 'replayed', job: readJob(input) }
      default:
        return { kind: 'key-reused' }
    }
  },
}

/** Only what makes a job new crosses to the thread. */
function assertNew(job: Queued): void {
  if (job.version !== 1 || job.attempt !== 0 || job.run !== 1) {
    throw new Error(`${job.id} is not a new job.`)
  }
}

function claimedAtOnce(job: Queued, node: string | null, input: Unpack): Running {
  const now = input.number()
  const leaseUntil = input.number()
  const attemptUntil = input.number()
  return claimedJob(job, { node: node ?? '', leaseUntil, attemptUntil }, now)
}

const settle: Codec<Settlement, 'settled' | 'lease-lost'> = {
  code: opcode.settle,
  write(output, { lease, next, result, failure }) {
    if (next.state === 'succeeded' && failure === null) {
      output.value(settleForm.succeeded)
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
  read: (input) => (input.number() === settled.settled ? 'settled' : 'lease-lost'),
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
      claimed.push({ job: readJob(input) as Running, input: readInput(input) })
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

/** Every command of the port, by its name. */
export const codecs = {
  accept,
  settle,
  note,
  claim: claimJobs,
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
  audit: plainCodec<null, readonly string[]>('audit'),
  ping: plainCodec<null, null>('ping'),
} as const
