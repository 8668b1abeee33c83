import { callMembers, maxBatchJobs, type Problem, type ValidationError } from '@buzzer/contract'
import type { Trace } from '../../../core/job.ts'
import type { Caller } from '../../../core/scope.ts'
import type { Operation } from '../../../ports/catalog.ts'
import type { Submission } from '../../../engine/accept.ts'
import type { HttpContext } from '../context.ts'
import { readEntryOrder, type Complain } from './batch-entry.ts'
import { submissionOf, type CallDraft, type Members } from './call-members.ts'
import { inputTexts } from './entry-texts.ts'
import { parseJson } from './parse-json.ts'

/** Enough to see what is wrong; of a thousand wrong ones nobody reads all. */
const maxErrors = 100

export type BatchBody =
  | { readonly kind: 'batch'; readonly entries: readonly Submission[] }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** What is known of the batch as a whole. */
export interface BatchTerms {
  /** It has an idempotency key of its own. */
  readonly hasKey: boolean
  /** What its jobs are part of. */
  readonly trace: Trace | null
}

/**
 * Reads and checks all entries of a batch, so that everything that is wrong is told at once.
 *
 * @param body without its content coding
 */
export function readBatchBody(
  ctx: HttpContext,
  { tenant, client }: Pick<Caller, 'tenant' | 'client'>,
  body: Uint8Array | null,
  { hasKey, trace }: BatchTerms,
): BatchBody {
  const list = readList(body)
  if (list.kind === 'problem') return list
  const now = ctx.clock.now()
  const errors: ValidationError[] = []
  const texts = inputTexts(body ?? new Uint8Array())
  const draft: CallDraft = { tenant, client, trace }
  const entries = list.jobs.flatMap((value, place) => {
    const complain: Complain = (member, detail) => {
      errors.push({ pointer: `/jobs/${place}${member === '' ? '' : `/${member}`}`, detail })
    }
    const text = texts[place] ?? null
    return readEntry(ctx, draft, { value, text, now, hasKey, complain }) ?? []
  })
  if (errors.length > 0) return invalid(errors)
  return { kind: 'batch', entries }
}

type List =
  | { readonly kind: 'list'; readonly jobs: readonly unknown[] }
  | { readonly kind: 'problem'; readonly problem: Problem }

function readList(body: Uint8Array | null): List {
  const parsed = parseJson(body ?? new Uint8Array())
  if (parsed.kind === 'problem') return parsed
  const { value } = parsed
  if (!isObject(value)) return invalid([{ pointer: '', detail: 'is not an object with `jobs`' }])
  const unknown = Object.keys(value).filter((name) => name !== 'jobs')
  if (unknown.length > 0) {
    return invalid(unknown.map((name) => ({ pointer: pointerTo(name), detail: 'is not known' })))
  }
  const { jobs } = value
  if (Array.isArray(jobs) && jobs.length >= 1 && jobs.length <= maxBatchJobs) {
    return { kind: 'list', jobs: jobs as readonly unknown[] }
  }
  return invalid([{ pointer: '/jobs', detail: `is not a list of 1 to ${maxBatchJobs} jobs` }])
}

interface RawEntry {
  readonly value: unknown
  /** Of the input, as its caller wrote it. */
  readonly text: Uint8Array | null
  readonly now: number
  readonly hasKey: boolean
  readonly complain: Complain
}

/** @returns null where it complained about what nothing can be read from */
function readEntry(ctx: HttpContext, draft: CallDraft, raw: RawEntry): Submission | null {
  const { value, text, now, hasKey, complain } = raw
  if (!isObject(value)) {
    complain('', 'is not an object')
    return null
  }
  for (const name of Object.keys(value)) {
    if (!callMembers.includes(name)) complain(pointerTo(name).slice(1), 'is not known')
  }
  const order = readEntryOrder(value, now, complain)
  const operation = readOperation(ctx, value['operation'], complain)
  if (operation === null) return null
  if (operation.policies.idempotency.required && order.idempotencyKey === null && !hasKey) {
    complain('idempotencyKey', `is required by ${operation.name}, or one for the whole batch`)
  }
  return submissionOf(draft, operation, order, { value, text, complain })
}

function readOperation(ctx: HttpContext, name: unknown, complain: Complain): Operation | null {
  const operation = typeof name === 'string' ? ctx.catalog.operation(name) : null
  if (operation === null) {
    complain('operation', 'is not the name of an operation; /openapi.json lists them')
    return null
  }
  if (operation.call.kind === 'named') return operation
  const { method, mount, path } = operation.call
  complain('operation', `is not supported in a batch: it is called by ${method} ${mount}${path}`)
  return null
}

function invalid(errors: readonly ValidationError[]): { kind: 'problem'; problem: Problem } {
  const more = errors.length > maxErrors ? ` (the first ${maxErrors} of ${errors.length})` : ''
  return {
    kind: 'problem',
    problem: {
      code: 'validation-failed',
      detail: `Nothing of the batch was accepted; \`errors\` says what is wrong${more}.`,
      errors: errors.slice(0, maxErrors),
    },
  }
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const pointerTo = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
