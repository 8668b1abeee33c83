import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../packages/server/src/cli/testing/command-line.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'

const order = '{"id":9007199254740993,"total":12.10}'
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    channels: { orders: channel({}), copies: channel({}) },
    operations: { book: operation({ run: () => raw(Buffer.from(order), 'application/json') }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const buzzer = async (argv: readonly string[], stdin = ''): Promise<string> => {
  const { exitCode, stderr, stdout } = await run([...argv, '--url', server.url], { stdin })
  expect(exitCode, stderr).toBe(0)
  return stdout
}

test('what is published, followed and published again keeps its numbers as they were written', async () => {
  await buzzer(['publish', 'orders', order])
  await buzzer(['publish', 'orders'], order)
  await buzzer(['publish', 'orders', '--lines'], `${order}\n${order}\n`)
  const tail = ['tail', 'orders', '--since', '0', '--limit', '4', '--json']
  for (const way of ['ws', 'sse', 'poll']) {
    const lines = (await buzzer([...tail, '--protocol', way])).trimEnd().split('\n')
    expect(lines.map((line) => line.includes(`"data":${order}`))).toEqual([true, true, true, true])
    await buzzer(['publish', 'copies', '--lines'], `${lines.join('\n')}\n`)
  }
  const copies = await buzzer(['tail', 'copies', '--since', '0', '--limit', '4'])
  expect(copies.trimEnd().split('\n')).toHaveLength(4)
  expect(copies.split(order)).toHaveLength(5)
})

test('results are shown with their numbers as they are', async () => {
  expect(await buzzer(['submit', 'book', '--wait'])).toBe(`${order}\n`)
  expect(await buzzer(['submit', 'book', '--wait', '--json'])).toContain(`"result":${order}`)
})
