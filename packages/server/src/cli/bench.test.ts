import { describe, expect, test } from 'vitest'
import { summarise } from './bench/load.ts'
import { run } from './testing/command-line.ts'
import { startFakeServer } from './testing/fake-server.ts'

describe('bench', () => {
  test('measures accepts and lives, and tells what else was answered', async () => {
    await using server = await startFakeServer()
    const args = ['bench', '{"a":1}', '--operation', 'works', '--seconds', '1', '--url', server.url]
    const { stdout, exitCode } = await run([...args, '--connections', '2', '--json'])
    expect(exitCode).toBe(0)
    const { lives, accepts, ...rest } = JSON.parse(stdout) as Record<string, object>
    expect(rest).toMatchObject({ operation: 'works', connections: 2, seconds: 1, drainMs: null })
    expect(accepts).toMatchObject({ done: expect.any(Number), others: {}, failed: 0 })
    // The fake one answers 202 to all.
    expect(lives).toMatchObject({ done: 0, others: { 202: expect.any(Number) } })
    const [first, ...others] = server.requests
    expect(first).toMatchObject({ method: 'POST', body: { a: 1 } })
    expect(new Set(others.map(({ headers }) => headers['buzzer-tags']))).toEqual(new Set(['bench']))
  })

  test('tells once what is wrong with the call', async () => {
    await using server = await startFakeServer()
    const { stderr, exitCode } = await run(['bench', '--operation', 'refused', '--url', server.url])
    expect(stderr).toContain('The server answers 422')
    expect([exitCode, server.requests.length]).toEqual([1, 1])
  })

  test.each([
    [['--url', 'http://10.0.0.1:2899'], /another machine/, 2],
    [['--seconds', '61'], /from 1 to 60/, 2],
    [['--connections', '257'], /from 1 to 256/, 2],
    [['--url', 'http://127.0.0.1:1'], /Could not reach/, 3],
  ])('refuses %j', async (args, message, code) => {
    const { stderr, exitCode } = await run(['bench', '--operation', 'works', ...args])
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(code)
  })

  test.each([
    [[], { perSecond: 0, done: 0, p50Ms: null, p99Ms: null, maxMs: null }],
    [[3], { perSecond: 0.5, done: 1, p50Ms: 3, p99Ms: 3, maxMs: 3 }],
    [
      Array.from({ length: 200 }, (_, index) => 200 - index),
      { perSecond: 100, done: 200, p50Ms: 101, p99Ms: 199, maxMs: 200 },
    ],
  ])('sums up', (times, sum) => {
    expect(summarise(times, 2_000)).toEqual(sum)
  })
})
