import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ended, submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'

test('what a handler throws past everybody ends nothing, and is told with its operation', async () => {
  await using folder = await temporaryFolder('stray')
  await using server = await start(join(folder.path, 'data'))
  const other = await submit(server.url, 'slow', { ms: 500 })
  const { id } = await submit(server.url, 'stray', {})
  expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(await ended(server.url, other.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  await server.stop()
  const told = server
    .stderr()
    .split('\n')
    .filter((line) => line.startsWith('! Something failed'))
  expect(told).toHaveLength(2)
  for (const [index, what] of ['a stray promise', 'a stray timer'].entries()) {
    expect(told[index]).toContain(what)
    expect(told[index]).toContain('stray')
  }
})
