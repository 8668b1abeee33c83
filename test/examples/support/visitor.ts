import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

/** One person's browser, with a page that is watched. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext
  readonly page: Page
  /** What has gone wrong so far: errors, and requests that leave the address of the page. */
  readonly faults: readonly string[]
}

/** A small one, held upright. */
export const phone = { isMobile: true, hasTouch: true, viewport: { width: 375, height: 700 } }

/** By how many pixels a page is wider than its screen. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('Math.max(0, document.documentElement.scrollWidth - 375, innerWidth - 375)')

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults: string[] = []
  const { host } = new URL(url)
  page.on('console', (message) => {
    // That the network is away is what a page that was cut off is told by the browser.
    if (message.type() !== 'error' || message.text().includes('ERR_INTERNET_DISCONNECTED')) return
    faults.push(message.text())
  })
  page.on('pageerror', (error) => void faults.push(String(error)))
  for (const kind of ['request', 'websocket'] as const) {
    page.on(kind as 'request', (asked: { url(): string }) => {
      if (new URL(asked.url()).host !== host) faults.push(`asks ${asked.url()}`)
    })
  }
  await page.goto(url)
  return { context, page, faults, [Symbol.asyncDispose]: () => context.close() }
}
