import { expect, test } from 'vitest'
import { runScript } from './command.ts'

test('a script runs with its arguments, and what it says is kept', async () => {
  const ended = await runScript('lint', ['--version'], 30_000)
  expect(ended).toMatchObject({ code: 0, output: expect.stringMatching(/^Version: \d/) })
})

test('the exit code of a script that fails is handed on', async () => {
  const ended = await runScript('lint', ['--no-such-option'], 30_000)
  expect(ended.code).toBeGreaterThan(0)
})

test('a script that takes too long is stopped', async () => {
  const ended = await runScript('check:types', [], 1)
  expect(ended.code).toBeNull()
})
