import type { Browser, BrowserContext, Page } from 'playwright-core'

/** One person's browser, with a page that is watched. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext
  readonly page: Page
  /** What has gone wrong so far: errors, and requests that leave the address of the page. */
  readonly faults: readonly string[]
}

export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext()
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
