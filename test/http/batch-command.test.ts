import type { BatchDocument } from '@buzzer/contract'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run, type Given } from '../../packages/server/src/cli/testing/command-line.ts'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-batch-'))
  server = await startTestServer({
    operations: {
      square: operation({ run: (input) => Number(input) ** 2 }),
      wrong: operation({
        run: () => {
          throw new TerminalError('It cannot be done.')
        },
      }),
    },
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const buzzer = (argv: readonly string[], given: Given = {}) =>
  run(argv, { cwd: folder, ...given, env: { BUZZER_URL: server.url, ...given.env } })
const json = <Shape>(text: string): Shape => JSON.parse(text) as Shape
const lines = (text: string): unknown[] => text.trimEnd().split('\n').map(json)

describe('buzzer submit --batch', () => {
  test('takes one input a line for the operation that it names, and waits for all', async () => {
    await writeFile(join(folder, 'numbers.jsonl'), '2\n\n3\n4\n')
    const argv = ['submit', 'square', '--batch', 'numbers.jsonl', '--tag', 'of-a-file', '--wait']
    const { stdout, stderr, exitCode } = await buzzer(argv)
    expect(exitCode).toBe(0)
    expect(lines(stdout)).toMatchObject([
      { state: 'succeeded', result: 4 },
      { state: 'succeeded', result: 9 },
      { state: 'succeeded', result: 16 },
    ])
    expect(stderr).toMatch(/bat_\w+ {2}succeeded {2}3 jobs: 3 succeeded/)
    const { stdout: tagged } = await buzzer(['jobs', 'list', '--tag', 'of-a-file', '--json'])
    expect(json<{ jobs: unknown[] }>(tagged).jobs).toHaveLength(3)
  })

  test('takes an array of entries from standard input; one that failed is exit code 1', async () => {
    const stdin = JSON.stringify([
      { operation: 'square', input: 5, deadline: '1h', tags: ['x'] },
      { operation: 'wrong', runAt: '2026-01-01T00:00:00Z' },
    ])
    const { stdout, exitCode } = await buzzer(['submit', '--batch', '-', '--wait', '--json'], {
      stdin,
    })
    expect(exitCode).toBe(1)
    expect(json(stdout)).toMatchObject({
      state: 'failed',
      counts: { succeeded: 1, failed: 1 },
      results: [{ result: 25 }, { state: 'failed', error: { code: 'handler-failed' } }],
    })
  })

  test.each([
    ['nothing', '', /holds no job/],
    ['what is no JSON', '1\n{', /line 2 is not JSON/],
    ['an entry without an operation', '{"input":1}', /job 1 names no operation/],
    ['a member that nobody knows', '[{"operation":"square","x":1}]', /job 1: 'x' is not known/],
    ['a time that is none', '{"operation":"square","runAt":"soon"}', /job 1: Write a time/],
    ['too many', '{"operation":"square"}\n'.repeat(1_001), /1001 jobs are more than/],
  ])('refuses %s before anything is sent', async (_, stdin, message) => {
    // Nobody listens there: what tried to send would say so, with exit code 3.
    const env = { BUZZER_URL: 'http://127.0.0.1:9' }
    const { stderr, exitCode } = await buzzer(['submit', '--batch', '-'], { stdin, env })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(message)
  })

  test('says which entries the server refuses, and needs an operation or a file', async () => {
    const stdin = '{"operation":"square","input":1}\n{"operation":"sqare"}'
    const refused = await buzzer(['submit', '--batch', '-'], { stdin })
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('/jobs/1/operation')
    expect((await buzzer(['submit'])).exitCode).toBe(2)
    expect((await buzzer(['submit', 'square', '1', '--batch', '-'])).exitCode).toBe(2)
  })
})

describe('buzzer batches', () => {
  const submitted = async (entries: string, more: readonly string[] = []) => {
    const { stdout } = await buzzer(['submit', '--batch', '-', '--json', ...more], {
      stdin: entries,
    })
    return json<BatchDocument & { token: string }>(stdout)
  }

  test('shows, watches and prints the results of one', async () => {
    const { id, token } = await submitted('{"operation":"square","input":6}')
    expect(token).toMatch(/^bzj_/)
    const watched = await buzzer(['batches', 'watch', id])
    expect(watched.exitCode).toBe(0)
    expect(watched.stdout).toMatch(/job_\w+ {2}succeeded\n.*succeeded {2}1 job: 1 succeeded\n$/)
    const events = lines((await buzzer(['batches', 'watch', id, '--json'])).stdout)
    expect(events).toMatchObject([
      { type: 'batch.snapshot', sequence: 0 },
      { type: 'job.succeeded', sequence: 1, index: 0 },
      { type: 'batch.succeeded', sequence: 2 },
    ])
    const shown = await buzzer(['batches', 'show', id])
    expect(shown.stdout).toMatch(new RegExp(`^${id} {2}succeeded {2}1 job: 1 succeeded\n$`))
    const results = await buzzer(['batches', 'results', id])
    expect(lines(results.stdout)).toMatchObject([{ result: 36 }])
    expect((await buzzer(['batches', 'cancel', id])).stderr).toContain('ended already')
  })

  test('cancels one, and says of one that goes on that it has no results yet', async () => {
    const { id } = await submitted('{"operation":"square"}', ['--delay', '1h'])
    const early = await buzzer(['batches', 'results', id])
    expect([early.exitCode, early.stdout]).toEqual([1, ''])
    expect(early.stderr).toContain(`buzzer batches results ${id} --wait`)
    const cancelled = await buzzer(['batches', 'cancel', id, '--json'])
    expect(json(cancelled.stdout)).toMatchObject({ state: 'cancelled' })
    const results = await buzzer(['batches', 'results', id, '--wait'])
    expect(results.exitCode).toBe(1)
    expect(lines(results.stdout)).toMatchObject([{ state: 'cancelled' }])
  })
})
