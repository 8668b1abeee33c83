import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nextQuote } from '../../examples/ticker/market.ts'
import { seededRandom } from '../../examples/seeded-random.ts'
import { startChromium } from '../servers/chromium.ts'
import { startExample } from './support/start-example.ts'
import { overflowOf, phone, visit } from './support/visitor.ts'

/** What the exchange has published before anybody reads. */
const past = 400

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser?.close())

const live = (page: Page) => page.waitForSelector('#state[data-state="live"]')
const numberIn = async (page: Page, selector: string): Promise<number> =>
  Number.parseInt((await page.textContent(selector)) ?? '', 10)
/** Read at one moment: the last offset of a share, and how many quotes its chart has. */
const lastAndCount = (page: Page, symbol: string): Promise<readonly [number, number]> =>
  page.evaluate(`[
    Number(document.querySelector('[data-symbol="${symbol}"]').dataset.sequence),
    Number.parseInt(document.querySelector('#chart-count').textContent),
  ]`)

test('prices move, late readers get the history, and the slow one catches up', async () => {
  await using example = await startExample('ticker')
  await using first = await visit(browser, example.url)
  await live(first.page)
  const rows = first.page.locator('#board tbody tr')
  expect(await rows.count()).toBe(8)
  const before = await rows.locator('td:nth-child(2)').allTextContents()
  await expect
    .poll(async () => {
      const now = await rows.locator('td:nth-child(2)').allTextContents()
      return now.filter((price, index) => price !== '' && price !== before[index]).length
    })
    .toBe(8)

  // Somebody comes late, chooses another share with the keyboard, and sees its past at once.
  await using late = await visit(browser, example.url)
  await live(late.page)
  await late.page.getByRole('button', { name: 'FOGG' }).focus()
  await late.page.keyboard.press('Enter')
  await expect.poll(() => late.page.textContent('#chart-title')).toBe('FOGG')
  await expect.poll(() => numberIn(late.page, '#chart-count')).toBeGreaterThanOrEqual(past)
  expect(await numberIn(late.page, '#slow-behind')).toBeGreaterThan(past / 2)

  // Cut off and back: each quote is there once, from the first that there was to the last.
  await late.context.setOffline(true)
  await late.page.waitForSelector('#state[data-state="waiting"]')
  await late.page.focus('#speed')
  await late.page.keyboard.press('End')
  await late.context.setOffline(false)
  await live(late.page)
  await expect
    .poll(async () => {
      const [last, count] = await lastAndCount(late.page, 'FOGG')
      return last > past && count === last
    })
    .toBe(true)
  await expect.poll(() => late.page.textContent('#slow-state')).toBe('Has caught up')
  expect(await numberIn(late.page, '#slow-lost')).toBe(0)
  expect(await numberIn(late.page, '#slow-repeated')).toBe(0)

  await late.page.reload()
  await live(late.page)
  expect(await late.page.textContent('#chart-title')).toBe('FOGG')
  await expect.poll(() => numberIn(late.page, '#chart-count')).toBeGreaterThan(past)
  expect([...first.faults, ...late.faults]).toEqual([])
  await example.stop()
  await expect(fetch(example.url)).rejects.toThrow('fetch failed')
})

test('a phone shows all of it, dims what is old, and its numbers agree', async () => {
  await using example = await startExample('ticker')
  await using visitor = await visit(browser, example.url, phone)
  const { page } = visitor
  await live(page)
  await expect.poll(() => numberIn(page, '#slow-read')).toBeGreaterThan(20)
  const [read = 0, behind = 0, bar = 0] = await page.evaluate<number[]>(`[
    Number(document.querySelector('#slow-read').textContent),
    Number(document.querySelector('#slow-behind').textContent),
    document.querySelector('#slow-progress').value,
  ]`)
  expect(bar).toBeCloseTo(read / (read + behind), 5)
  // The four hundred that were there before the page are no news.
  const rates = await page.evaluate<number[]>(`new Promise((resolve) => {
    const rates = []
    new MutationObserver(() => {
      rates.push(Number.parseInt(document.querySelector('#rate').textContent))
      if (rates.length === 2) resolve(rates)
    }).observe(document.querySelector('#rate'), { childList: true })
  })`)
  expect(Math.max(...rates)).toBeLessThan(200)
  await visitor.context.setOffline(true)
  await page.waitForSelector('#state[data-state="waiting"]')
  expect(await overflowOf(page)).toBe(0)
  const opacity = "getComputedStyle(document.querySelector('#board tbody')).opacity"
  expect(await page.evaluate(opacity)).toBe('0.45')
  await example.stop()
})

test('the same seed gives the same market', () => {
  const walk = (seed: number): readonly number[] => {
    const random = seededRandom(seed)
    const prices = [100]
    while (prices.length < 50) prices.push(nextQuote(prices.at(-1) ?? 0, 0.002, random).price)
    return prices
  }
  expect(walk(7)).toEqual(walk(7))
  expect(walk(7)).not.toEqual(walk(8))
  expect(Math.min(...walk(7))).toBeGreaterThan(0)
})
