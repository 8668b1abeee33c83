import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from '../http/support/call.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startChromium } from '../servers/chromium.ts'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await startChromium()
  server = await startTestServer({
    operations: {
      'render-report': operation({
        summary: 'Renders the report of a month',
        input: { type: 'object', required: ['month'], properties: { month: { type: 'string' } } },
        run: () => ({ pages: 10 }),
      }),
    },
    channels: {
      'quotes.{symbol}': channel({
        data: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
      }),
    },
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await browser?.close()
})

/** A page, and all that went wrong on it or left this machine. */
async function open(
  path: string,
  viewport = { width: 1_500, height: 900 },
): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport })
  const wrong: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text())
  })
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(server.url) && !/^(?:data|blob):/.test(url)) wrong.push(`asked ${url}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.url().includes('/events'))
      wrong.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(server.url + path, { waitUntil: 'networkidle' })
  return { page, wrong }
}

/** Resolves when a page has stopped to move: it is laid out in pieces. */
async function atRest(look: () => Promise<number>): Promise<void> {
  let before = Number.NaN
  const moved = async (): Promise<number> => {
    const now = await look()
    const by = now - before
    before = now
    return by
  }
  await expect.poll(moved, { interval: 250 }).toBe(0)
}

describe('/docs in a browser', () => {
  test('shows every call, and sends one', async () => {
    const { page, wrong } = await open('/docs')
    const link = page.getByRole('link', { name: 'Renders the report of a month' }).first()
    await page.getByText('Operations', { exact: true }).first().click()
    await link.click()
    const tester = page.getByRole('button', { name: /Test Request/ }).first()
    await tester.click()
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: /^Send/ }).first().click()
    expect(Object.keys((await sent).headers())).not.toContain('buzzer-delay') // nobody filled it in
    await page.getByText('202 Accepted').first().waitFor()
    const { jobs } = (await call(server.url, 'GET /v1/jobs')).json<{ jobs: object[] }>()
    expect(jobs).toMatchObject([{ operation: 'render-report' }])
    expect(wrong).toEqual([])
    await page.close()
  })

  test('shows the channels, publishes to one and watches it', async () => {
    const { page, wrong } = await open('/docs/channels')
    await page.getByText('Outcomes of render-report').first().waitFor()
    const panel = page.getByRole('complementary', { name: 'Try a channel' })
    await panel.getByLabel('symbol').fill('ACME')
    const chosen = panel.getByLabel('Channel', { exact: true })
    expect(await chosen.inputValue()).toBe('quotes.{symbol}')
    await panel.getByRole('button', { name: 'Watch' }).click()
    await panel.getByText('Watching').waitFor()
    // A type that nobody could have listened for by its name.
    await panel.getByLabel('Type').fill('com.example.quoted')
    await panel.getByRole('button', { name: 'Publish' }).click()
    await panel.getByText('202: published at offset 1').waitFor()
    const event = panel.getByRole('list', { name: 'Events' }).getByText('com.example.quoted')
    await event.first().click()
    await panel.getByText('"source": "/channels/quotes.ACME"').waitFor()
    await panel.getByRole('button', { name: 'Stop' }).click()
    expect(wrong).toEqual([])

    await panel.getByLabel('Data, as JSON').fill('{"price":"much"}')
    await panel.getByRole('button', { name: 'Publish' }).click()
    await panel.getByText(/^422 validation-failed/).waitFor()
    await page.close()
  })

  test('goes on watching after its last event when the line was cut', async () => {
    const { page } = await open('/docs/channels')
    const panel = page.getByRole('complementary', { name: 'Try a channel' })
    await panel.getByLabel('symbol').fill('CUT')
    await panel.getByRole('button', { name: 'Watch' }).click()
    await panel.getByText('Watching').waitFor()
    const publish = () => panel.getByRole('button', { name: 'Publish' }).click()
    await publish()
    const events = page.locator('#events > li')
    await expect.poll(() => events.count()).toBe(1)

    await page.context().setOffline(true)
    await panel.getByText('The connection was lost; trying again.').waitFor()
    await publish()
    await panel.getByText('The server could not be reached.').waitFor()
    await call(server.url, 'POST /v1/channels/quotes.CUT/events', { json: { price: 2 } })
    await page.context().setOffline(false)
    await panel.getByText('Watching').waitFor()
    await expect.poll(() => events.count()).toBe(2)
    await page.close()
  })

  test('on a phone the documentation comes first, and a link leads to the panel', async () => {
    const { page } = await open('/docs/channels', { width: 375, height: 700 })
    const top = (selector: string) =>
      page.evaluate<number>(`document.querySelector('${selector}').getBoundingClientRect().top`)
    await atRest(() => top('#try-panel'))
    expect(await top('#try-panel')).toBeGreaterThan(await top('#reference'))
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip to Try')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('try-panel')
    await expect.poll(async () => Math.round(await top('#try-panel'))).toBe(48)
    await page.close()
  })

  test('works without a mouse', async () => {
    const { page } = await open('/docs/channels')
    await page.locator('#parameter-0').waitFor()
    await page.getByLabel('Channel', { exact: true }).focus()
    const names: string[] = []
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('Tab')
      names.push(await page.evaluate('document.activeElement.id || document.activeElement.type'))
    }
    expect(names).toEqual(['parameter-0', 'type', 'data', 'submit', 'all', 'watch'])
    await page.close()
  })
})

describe('what the pages are made of', () => {
  test('comes from here alone, is kept by what is in it, and asked for only once', async () => {
    const { headers, text } = await call(server.url, 'GET /docs')
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/)
    const files = [...text.matchAll(/(?:src|href)="(docs\/[^"]+\?v=\w+)"/g)].map(([, file]) => file)
    expect(files.length).toBe(3)
    for (const file of files) {
      const plain = await call(server.url, `GET /${file}`)
      expect(plain.status).toBe(200)
      expect(plain.headers['content-type']).toMatch(/^text\/(?:javascript|css); charset=utf-8$/)
      expect(plain.headers['cache-control']).toContain('immutable')
      expect(plain.headers['etag']).toMatch(/^"/)
      const packed = await call(server.url, `GET /${file}`, {
        headers: { 'accept-encoding': 'br' },
      })
      expect(packed.headers['content-encoding']).toBe('br')
      expect(packed.headers['etag']).toMatch(/^".*-br"$/)
      const again = await call(server.url, `GET /${file}`, {
        headers: { 'if-none-match': String(plain.headers['etag']) },
      })
      expect([again.status, again.text]).toEqual([304, ''])
    }
  })

  test.each(['docs.css.map', 'package.json', '..%2fpackage.json', '__proto__'])(
    'has no file %s',
    async (name) => {
      expectProblem(await call(server.url, `GET /docs/${name}`), 404, 'route-not-found')
    },
  )
})
