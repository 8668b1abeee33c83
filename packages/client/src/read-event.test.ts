import type { JobDocument } from '@buzzer/contract'
import { describe, expect, it } from 'vitest'
import { readDifference, readEvent, seenFrom, type Seen } from './read-event.ts'

const job = (version: number, more: Partial<JobDocument> = {}): JobDocument =>
  ({ id: 'job_1', state: 'running', version, run: 1, attempt: 1, progress: null, ...more }) as never

const push = (seen: Seen, type: string, sequence: number, data: object = job(sequence)) =>
  readEvent(seen, {
    id: String(sequence),
    event: type,
    data: { id: `evt_${sequence}`, sequence: `000${sequence}`, time: 't', data },
  })

const pushPiece = (seen: Seen, sequence: number, index: number, attempt = 1) =>
  push(seen, 'job.output', sequence, { attempt, index, piece: 'x' })

describe('reading events', () => {
  it('keeps the cursor below the pieces that follow a snapshot', () => {
    const seen = seenFrom(0)
    expect(push(seen, 'job.snapshot', 7)?.type).toBe('job.snapshot')
    expect(seen.cursor).toBe(0)
    expect(pushPiece(seen, 3, 0)).toMatchObject({ type: 'job.output', sequence: 3, index: 0 })
    expect(seen.cursor).toBe(3)
    expect(push(seen, 'job.running', 8)?.type).toBe('job.running')
    expect(seen.cursor).toBe(8)
  })

  it('drops what it has seen, on a resumed stream', () => {
    const seen = seenFrom(0)
    push(seen, 'job.snapshot', 8)
    pushPiece(seen, 8, 0)
    expect(push(seen, 'job.snapshot', 8)).toBeNull()
    expect(pushPiece(seen, 8, 0)).toBeNull()
    expect(pushPiece(seen, 5, 0)).toBeNull()
    expect(push(seen, 'job.snapshot', 9)?.type).toBe('job.snapshot')
  })

  it('tells pieces apart that share an offset', () => {
    const seen = seenFrom(0)
    push(seen, 'job.snapshot', 7)
    const pieces = [pushPiece(seen, 8, 0), pushPiece(seen, 8, 1), pushPiece(seen, 8, 0, 2)]
    expect(pieces.every((piece) => piece !== null)).toBe(true)
    expect(pushPiece(seen, 8, 0, 2)).toBeNull()
  })

  it('starts anew where the server has forgotten, and says so', () => {
    const seen = seenFrom(0)
    push(seen, 'job.snapshot', 1)
    pushPiece(seen, 8, 0)
    expect(push(seen, 'job.snapshot', 3)).toMatchObject({ type: 'reset', job: { version: 3 } })
    expect(pushPiece(seen, 4, 0)).toMatchObject({ type: 'job.output', sequence: 4 })
    const done = job(5, { state: 'succeeded' })
    expect(push(seen, 'job.succeeded', 5, done)).toMatchObject({ type: 'job.succeeded' })
  })

  it('gives every change of those that share an offset, and each of them once', () => {
    const seen = seenFrom(0)
    push(seen, 'job.snapshot', 1)
    const progress = { percent: 50, message: null }
    const types = ['job.retrying', 'job.running', 'job.progress'] as const
    for (const type of types)
      expect(push(seen, type, 4, job(4, { progress }))).toMatchObject({ type })
    for (const type of types) expect(push(seen, type, 4, job(4, { progress }))).toBeNull()
    expect(push(seen, 'job.running', 3)).toBeNull()
  })

  it('gives the final event after a snapshot of the same version', () => {
    const seen = seenFrom(0)
    push(seen, 'job.snapshot', 7, job(7, { state: 'succeeded' }))
    const done = { ...job(7, { state: 'succeeded' }), result: { pages: 1 } }
    expect(push(seen, 'job.succeeded', 7, done)).toMatchObject({ result: { pages: 1 } })
  })

  it('names what is special about an event', () => {
    const seen = seenFrom(0)
    const progress = { percent: 40, message: null }
    expect(push(seen, 'job.progress', 2, job(2, { progress }))).toMatchObject({ progress })
    expect(push(seen, 'dev.buzzer.job.retrying', 3)).toMatchObject({ voidsOutput: true })
    const failed = { ...job(4, { state: 'failed', error: null }), deadLetter: true }
    expect(push(seen, 'job.failed', 4, failed)).toMatchObject({ deadLetter: true, problem: null })
    expect(push(seen, 'reset', 9, {})).toMatchObject({ type: 'reset' })
    expect(seen.cursor).toBe(8)
  })

  it('ignores what it does not know, and refuses what cannot be', () => {
    const seen = seenFrom(0)
    expect(push(seen, 'job.teleported', 2)).toBeNull()
    expect(push(seen, 'message', 3)).toBeNull()
    expect(() => readEvent(seen, { id: '', event: 'job.running', data: [] })).toThrow(SyntaxError)
    expect(() => push(seen, 'job.running', 4, {})).toThrow(SyntaxError)
    expect(() => push(seen, 'job.snapshot', 4, {})).toThrow(SyntaxError)
  })

  const running = job(2)
  it.each<[JobDocument | null, JobDocument, string]>([
    [null, running, 'job.snapshot'],
    [null, job(2, { state: 'cancelled' }), 'job.cancelled'],
    [running, job(3, { state: 'queued' }), 'job.retrying'],
    [running, job(3, { attempt: 2 }), 'job.running'],
    [running, job(3, { state: 'input_required' }), 'job.input_required'],
    [running, job(3, { progress: { percent: 1, message: null } }), 'job.progress'],
    [running, job(3, { state: 'failed', error: null }), 'job.failed'],
  ])('names what polling sees: %#', (before, after, type) => {
    expect(readDifference(before, after)?.type).toBe(type)
  })
})
