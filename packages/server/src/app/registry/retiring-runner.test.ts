import { expect, test, vi } from 'vitest'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import { createRetiringRunner } from './retiring-runner.ts'

const done: RunOutcome = {
  kind: 'done',
  result: { status: 200, mediaType: null, headers: [], body: new Uint8Array() },
}
const attempt = {} as Attempt

function start() {
  const runs: PromiseWithResolvers<RunOutcome>[] = []
  const dispose = vi.fn(() => Promise.resolve())
  const fault = vi.fn()
  const runner = createRetiringRunner(
    {
      run() {
        const run = Promise.withResolvers<RunOutcome>()
        runs.push(run)
        return run.promise
      },
      heldOffUntil: () => 7,
      [Symbol.asyncDispose]: dispose,
    },
    fault,
  )
  return { runner, runs, dispose, fault }
}

test('ends at once where nothing runs', () => {
  const { runner, dispose } = start()
  runner.retire()
  expect(dispose).toHaveBeenCalledTimes(1)
  expect(runner.heldOffUntil('a')).toBe(7)
})

test('ends with the last attempt, whether that was good or not', async () => {
  const { runner, runs, dispose } = start()
  const [good, bad] = [runner.run(attempt), runner.run(attempt)]
  runner.retire()
  runs[0]?.resolve(done)
  expect(await good).toBe(done)
  expect(dispose).not.toHaveBeenCalled()
  runs[1]?.reject(new Error('broken'))
  await expect(bad).rejects.toThrow('broken')
  expect(dispose).toHaveBeenCalledTimes(1)
})

test('does not end between two attempts while it is in use, and only once', async () => {
  const { runner, runs, dispose, fault } = start()
  const first = runner.run(attempt)
  runs[0]?.resolve(done)
  await first
  expect(dispose).not.toHaveBeenCalled()
  runner.retire()
  runner.retire()
  await runner[Symbol.asyncDispose]()
  expect(dispose).toHaveBeenCalledTimes(1)
  expect(fault).not.toHaveBeenCalled()
})

test('tells where it could not be ended', async () => {
  const { runner, dispose, fault } = start()
  dispose.mockRejectedValueOnce(new Error('stuck'))
  runner.retire()
  await expect.poll(() => fault.mock.calls.length).toBe(1)
})
