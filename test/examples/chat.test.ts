import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layCable } from '../../examples/cable.ts'
import { servePage } from '../../examples/serve-page.ts'
import { startChromium } from '../servers/chromium.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { startExample } from './support/start-example.ts'
import { overflowOf, phone, visit, type Visitor } from './support/visitor.ts'

const config = new URL('../../examples/chat/buzzer.config.ts', import.meta.url)
const pageFolder = new URL('../../examples/chat/page/', import.meta.url)

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser?.close())

/** Comes in with the keyboard alone. */
async function enter(url: string, name: string): Promise<Visitor> {
  const visitor = await visit(browser, url)
  await visitor.page.keyboard.type(name)
  await visitor.page.keyboard.press('Enter')
  await live(visitor.page)
  return visitor
}

const live = (page: Page) => page.waitForSelector('#state[data-state="live"]')
const cutOff = (page: Page) => page.waitForSelector('#state[data-state="waiting"]')
const readAll = (page: Page) => page.locator('.message:not(.waiting) > p').allTextContents()
const people = (page: Page) => page.locator('#people-list li span:last-child').allTextContents()

async function say(page: Page, text: string): Promise<void> {
  await page.fill('#text', text)
  await page.keyboard.press('Enter')
}

test('two talk, one is cut off, comes back and has missed nothing', async () => {
  await using example = await startExample('chat')
  await using ada = await enter(example.url, 'Ada')
  const ben = await enter(example.url, 'Ben')
  await expect.poll(() => people(ada.page)).toEqual(['Ada (you)', 'Ben'])
  await expect.poll(() => people(ben.page)).toEqual(['Ada', 'Ben (you)'])

  await ben.page.locator('#text').pressSequentially('Hel')
  await expect.poll(() => ada.page.textContent('#typing')).toBe('Ben is writing …')
  await say(ben.page, 'Hello')
  const attack = '<img src="/x" onerror="window.wasHit = true">'
  await say(ada.page, attack)
  const said = ['Hello', attack]
  await expect.poll(() => readAll(ada.page)).toEqual(said)
  await expect.poll(() => readAll(ben.page)).toEqual(said)
  expect(await ada.page.textContent('#typing')).toBe('')
  expect(await ben.page.evaluate('window.wasHit')).toBe(undefined)
  expect(await ben.page.locator('#messages img').count()).toBe(0)

  await ben.context.setOffline(true)
  await cutOff(ben.page)
  for (const text of ['one', 'two', 'three']) await say(ada.page, text)
  await say(ben.page, 'from far away')
  await expect.poll(() => readAll(ada.page)).toEqual([...said, 'one', 'two', 'three'])
  expect(await readAll(ben.page)).toEqual(said)
  await ben.context.setOffline(false)
  await live(ben.page)
  said.push('one', 'two', 'three', 'from far away')
  for (const { page } of [ada, ben]) await expect.poll(() => readAll(page)).toEqual(said)

  // Who comes late, or again, reads what was said before.
  await ada.page.reload()
  await expect.poll(() => readAll(ada.page)).toEqual(said)
  expect(await people(ada.page)).toEqual(['Ada (you)', 'Ben'])
  expect([...ada.faults, ...ben.faults]).toEqual([])
  await ben[Symbol.asyncDispose]()
  await expect.poll(() => people(ada.page)).toEqual(['Ada (you)'])
  await example.stop()
  await expect(fetch(example.url)).rejects.toThrow('fetch failed')
})

test('a phone shows all of the room, also while it is cut off', async () => {
  await using example = await startExample('chat')
  await using ada = await visit(browser, example.url, phone)
  const { page } = ada
  await page.fill('#your-name', '\u202EadA the longest name that is there')
  await page.fill('#room-name', 'a-room-with-a-name-of-forty-characters-x')
  await page.click('#join button')
  await live(page)
  await expect
    .poll(() => page.textContent('#empty'))
    .toBe('Nothing said yet. Open a second window.')
  expect(await overflowOf(page)).toBe(0)
  await say(page, 'turned \u202Earound')
  await expect.poll(() => readAll(page)).toHaveLength(1)
  expect(await page.textContent('.message > b')).toBe('adA the longest name that is there')
  expect(await people(page)).toEqual(['adA the longest name that is there (you)'])
  await ada.context.setOffline(true)
  await cutOff(page)
  expect(await page.locator('#state .short').isVisible()).toBe(true)
  expect(await overflowOf(page)).toBe(0)
  expect(ada.faults).toEqual([])
  await example.stop()
})

test('a line that is cut, and a restart, neither lose nor repeat a message', async () => {
  await using data = await temporaryFolder('chat')
  await using page = await servePage(pageFolder, 0)
  await using cable = await layCable()
  const start = () => startServer({ config, data: data.path, env: { BUZZER_PUBLIC_URL: page.url } })
  const buzzer = await start()
  page.leadTo(cable.url)
  cable.leadTo(buzzer.url)
  await using ada = await enter(page.url, 'Ada')
  await using ben = await enter(page.url, 'Ben')
  const said = Array.from({ length: 24 }, (_, index) => `message ${index}`)
  for (const [index, text] of said.entries()) {
    await say(ada.page, text)
    if (index % 6 === 3) cable.cut()
  }
  // What was on its way when the line was cut may be sent again, and be there after later ones.
  await expect.poll(() => readAll(ben.page)).toHaveLength(said.length)
  const read = await readAll(ben.page)
  expect(read.toSorted()).toEqual(said.toSorted())
  await expect.poll(() => readAll(ada.page)).toEqual(read)
  expect(await ada.page.locator('.message').count()).toBe(said.length)

  // Also when Buzzer itself goes away and comes back, without what it knew of those who were here.
  await buzzer.stop()
  await cutOff(ben.page)
  await say(ben.page, 'is anybody there?')
  await using again = await start()
  cable.leadTo(again.url)
  await expect.poll(() => readAll(ada.page)).toEqual([...read, 'is anybody there?'])
  await expect.poll(() => readAll(ben.page)).toEqual([...read, 'is anybody there?'])
  await expect.poll(() => people(ada.page)).toEqual(['Ada (you)', 'Ben'])
})

test('another name of this machine is led to the one that Buzzer knows', async () => {
  await using page = await servePage(pageFolder, 0)
  const elsewhere = page.url.replace('127.0.0.1', 'localhost')
  const response = await fetch(`${elsewhere}/?room=quay`, { redirect: 'manual' })
  expect(response.status).toBe(307)
  expect(response.headers.get('location')).toBe(`${page.url}/?room=quay`)
  expect((await fetch(`${page.url}/../package.json`)).status).toBe(404)
  expect((await fetch(`${page.url}/v1/channels`)).status).toBe(503)
})
