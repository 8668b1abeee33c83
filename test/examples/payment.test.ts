import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '@buzzer/client'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { runExample } from './support/run-example.ts'

const config = new URL('../../examples/payment/buzzer.config.ts', import.meta.url)

interface Line {
  readonly key: string
  readonly account: string
  readonly cents: number
}

test('payments are charged once each, and the bank knows nothing of the rest', async () => {
  await using data = await temporaryFolder('payment')
  const { code, output } = await runExample('payment', ['--data', data.path])
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toContain('order-1041: no answer')
  expect(output).toMatch(/order-1041 again: the same job, ch_1\n {2}charges of ada: 1\n/)
  expect(output).toContain('refused: 422 idempotency-key-reused')
  expect(output).toContain('refused: 400 idempotency-key-missing')
  expect(output).toContain('refused after attempt 1: 402 card-declined')
  expect(output).toMatch(/cleo: ch_\d at attempt 2, charges: 1/)
  expect(output).toMatch(/dora: ch_\d at attempt 2, charges: 1/)
  expect(output).toContain('was called 11 times and made 8 charges')
  expect(output).toContain('worked on 1 payment of ada at a time')

  // What the bank has written down, against what Buzzer has.
  const text = await readFile(join(data.path, 'ledger.jsonl'), 'utf8')
  const ledger = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  await using server = await startServer({ config, data: data.path })
  const { jobs } = await createClient({ url: server.url }).jobs.list()
  const succeeded = jobs.filter(({ state }) => state === 'succeeded')
  const failed = jobs.filter(({ state }) => state === 'failed')
  expect(ledger.map(({ key }) => key).toSorted()).toEqual(succeeded.map(({ id }) => id).toSorted())
  expect(failed.map(({ error, attempt }) => [error?.code, attempt])).toEqual([['card-declined', 1]])
  expect(jobs).toHaveLength(9)
  // Payments of one account were run in the order in which they were accepted.
  const ofAda = succeeded.filter(({ key }) => key === 'ada').map(({ id }) => id)
  const charged = ledger.map(({ key }) => key).filter((key) => ofAda.some((id) => id === key))
  expect(charged).toEqual(ofAda.toReversed())
})
