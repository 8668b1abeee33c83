import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { submit } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'
import { findStrace, readRecording, recording } from './strace.ts'
import { checkTrace, type Answered } from './trace.ts'

let strace = ''
beforeAll(async () => {
  strace = await findStrace()
})

/** Records a server from outside while it answers, and checks the recording. */
async function record(send: (url: string) => Promise<readonly Answered[]>) {
  await using folder = await temporaryFolder('trace')
  const data = join(folder.path, 'data')
  const file = join(folder.path, 'trace')
  await using server = await start(data, { under: recording(strace, file), timeoutMs: 60_000 })
  const answered = await send(server.url)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  const trace = await readRecording(file, server.pid)
  return { trace, data, answered, findings: checkTrace(trace, data, answered) }
}

async function sendOne(url: string, number: number): Promise<Answered> {
  const marker = `marker-${number}-of-this-job`
  const { id } = await submit(url, 'echo', { marker })
  return { id, marker }
}

test('a 202 is written to its socket only after the sync of its commit, one at a time', async () => {
  const { answered, findings } = await record(async (url) => {
    const all: Answered[] = []
    for (let number = 0; number < 30; number += 1) all.push(await sendOne(url, number))
    return all
  })
  expect(answered).toHaveLength(30)
  expect(findings).toEqual([])
})

test('a 202 is written to its socket only after the sync of its commit, many at once', async () => {
  const { trace, data, answered, findings } = await record(async (url) => {
    const numbers = Array.from({ length: 200 }, (_, number) => number)
    return Promise.all(numbers.map((number) => sendOne(url, number)))
  })
  expect(answered).toHaveLength(200)
  expect(findings).toEqual([])

  // The same recording without its syncs proves nothing any more.
  const doctored = trace.replaceAll(/^.*\b(?:fsync|fdatasync)\b.*$/gm, '')
  expect(checkTrace(doctored, data, answered)).toHaveLength(2 * answered.length)
})
