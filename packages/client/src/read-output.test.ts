import { describe, expect, it } from 'vitest'
import type { JobEvent } from './job-event.ts'
import { readOutput } from './read-output.ts'

const event = (type: string, run: number, attempt: number, more: object = {}): JobEvent =>
  ({ type, id: '', sequence: 0, time: '', job: { run, attempt }, ...more }) as JobEvent

const piece = (attempt: number, index: number): JobEvent =>
  event('job.output', 1, attempt, { attempt, index, piece: `${attempt}.${index}` })

async function read(events: JobEvent[]): Promise<string[]> {
  const source = (async function* () {
    yield* events
  })()
  const updates: string[] = []
  for await (const update of readOutput(source)) {
    updates.push(update.type === 'piece' ? String(update.piece) : update.type)
  }
  return updates
}

describe('output', () => {
  it.each<[string, JobEvent[], string[]]>([
    ['gives pieces', [event('job.running', 1, 1), piece(1, 0), piece(1, 1)], ['1.0', '1.1']],
    [
      'takes them back at a retry',
      [piece(1, 0), event('job.retrying', 1, 1), event('job.running', 1, 2), piece(2, 0)],
      ['1.0', 'void', '2.0'],
    ],
    [
      'takes them back where the retry was missed',
      [piece(1, 0), piece(2, 0)],
      ['1.0', 'void', '2.0'],
    ],
    ['takes them back in a new run', [piece(1, 0), event('job.snapshot', 2, 1)], ['1.0', 'void']],
    ['takes nothing back that was not given', [event('job.retrying', 1, 1), piece(2, 0)], ['2.0']],
    ['names a gap', [piece(1, 0), event('reset', 1, 1), piece(1, 9)], ['1.0', 'gap', '1.9']],
  ])('%s', async (_, events, expected) => {
    await expect(read(events)).resolves.toEqual(expected)
  })
})
