import { PassThrough } from 'node:stream'
import type { JobDocument } from '@buzzer/client'
import { expect, test } from 'vitest'
import { createProgressLine, renderProgress } from './progress-line.ts'

const stream = new PassThrough()

const job = (patch: object): JobDocument => ({
  ...({} as JobDocument),
  state: 'running',
  attempt: 1,
  maxAttempts: 5,
  waiting: null,
  progress: null,
  ...patch,
})

test.each([
  ['the state alone', {}, 500, 'running'],
  ['the time after a second', {}, 1_500, 'running  1.5 s'],
  [
    'a bar, and the time left',
    { progress: { percent: 25, message: 'page 1' } },
    10_000,
    `running  █████${'░'.repeat(15)}  25%  page 1  10 s, about 30 s left`,
  ],
  [
    'no time left at the end',
    { progress: { percent: 100, message: null } },
    61_000,
    `running  ${'█'.repeat(20)}  100%  1 min 1 s`,
  ],
  [
    'why it waits',
    { state: 'queued', waiting: { reason: 'key', until: null, ahead: 3 } },
    0,
    'queued  waits for key, 3 ahead',
  ],
  ['that it is tried again', { attempt: 2 }, 0, 'running  attempt 2 of 5'],
])('shows %s', (_, patch, elapsedMs, line) => {
  expect(renderProgress(stream, job(patch), elapsedMs)).toBe(line)
})

test('writes nothing off a terminal', () => {
  using line = createProgressLine(stream)
  line.show(job({}))
  line.clear()
  expect(stream.read()).toBe(null)
})
