import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layCable, type Cable } from '../../examples/cable.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startChromium } from '../servers/chromium.ts'

let browser: Browser
let cable: Cable
let server: TestServer
/** A script that gives a page `buzzer`, which is `@buzzer/client`. */
let client: string
/** More than a browser reads ahead. */
const length = 16 * 1024 * 1024
const gate = Promise.withResolvers<void>()

beforeAll(async () => {
  browser = await startChromium()
  client = await bundleClient()
  cable = await layCable()
  server = await startTestServer({
    publicUrl: cable.url,
    operations: {
      hold: operation({ run: () => gate.promise.then(() => 'let go') }),
      long: operation({ run: () => 'abcdefgh'.repeat(length / 8) }),
      quick: operation({ run: () => 'done' }),
    },
  })
  cable.leadTo(server.url)
})
afterAll(async () => {
  gate.resolve()
  await server?.[Symbol.asyncDispose]()
  await cable?.[Symbol.asyncDispose]()
  await browser?.close()
})

async function bundleClient(): Promise<string> {
  const input = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url))
  await using bundler = await rolldown({ input, platform: 'browser' })
  const { output } = await bundler.generate({ format: 'iife', name: 'buzzer' })
  return `${output[0].code}\nglobalThis.buzzer = buzzer`
}

/** A page of the server's own origin, behind a line that can be cut, with a client in it, called `client`. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${cable.url}/healthz`)
  await page.evaluate(`${client}\nglobalThis.client = buzzer.createClient({ url: '' })`)
  return page
}

test('a page that waits for many jobs can still submit one and cancel another', async () => {
  const page = await openPage()
  const held = await page.evaluate<string[]>(`(async () => {
    const jobs = await Promise.all(Array.from({ length: 8 }, () => client.submit('hold')))
    globalThis.results = Promise.allSettled(jobs.map((job) => job.result()))
    return jobs.map(({ id }) => id)
  })()`)
  const soon = 'AbortSignal.timeout(15_000)'
  expect(await page.evaluate(`client.run('quick', null, { signal: ${soon} })`)).toBe('done')
  await page.evaluate(`client.job('${held[0]}').cancel({ signal: ${soon} })`)
  gate.resolve()
  const results = await page.evaluate<{ value?: unknown }[]>('results')
  // The one that was cancelled may have been let go before it heard of that.
  expect(results.filter(({ value }) => value === 'let go').length).toBeGreaterThanOrEqual(7)
  await page.close()
})

test('a download of JSON that breaks off in a page goes on where it did', async () => {
  const page = await openPage()
  const { size, first } = await page.evaluate<{ size: number; first: number }>(`(async () => {
    const job = await client.submit('long')
    const { size, body } = await job.download()
    globalThis.reader = body.getReader()
    const { value } = await reader.read()
    return { size, first: value.byteLength }
  })()`)
  expect(size).toBe(length + 2) // in its quotes
  cable.cut()
  const rest = await page.evaluate(`(async () => {
    let rest = 0
    for (let next = await reader.read(); !next.done; next = await reader.read())
      rest += next.value.byteLength
    return rest
  })()`)
  expect(rest).toBe(size - first)
  await page.close()
})
