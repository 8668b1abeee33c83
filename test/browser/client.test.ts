import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startChromium } from '../servers/chromium.ts'

let browser: Browser
let server: TestServer
/** A script that gives a page `buzzer`, which is `@buzzer/client`. */
let client: string
const gate = Promise.withResolvers<void>()

beforeAll(async () => {
  browser = await startChromium()
  client = await bundleClient()
  server = await startTestServer({
    operations: {
      hold: operation({ run: () => gate.promise.then(() => 'let go') }),
      quick: operation({ run: () => 'done' }),
    },
  })
})
afterAll(async () => {
  gate.resolve()
  await server?.[Symbol.asyncDispose]()
  await browser?.close()
})

async function bundleClient(): Promise<string> {
  const input = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url))
  await using bundler = await rolldown({ input, platform: 'browser' })
  const { output } = await bundler.generate({ format: 'iife', name: 'buzzer' })
  return `${output[0].code}\nglobalThis.buzzer = buzzer`
}

/** A page of the server's own origin with a client in it, called `client`. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${server.url}/healthz`)
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
