import { expect, test } from 'vitest'
import { createChannelPattern, whyNoPattern } from './channel-pattern.ts'

test.each([
  ['orders.created', ['orders.created', 'orders/created'], ['orders', 'orders.created.eu']],
  ['orders.*', ['orders.created', 'orders.eu.created'], ['orders', 'quotes.created']],
  ['orders.*.created', ['orders.eu.created', 'orders/us/created'], ['orders.created']],
  ['operations/*', ['operations/render', 'operations/legacy.getReport'], ['operations']],
  ['*', ['orders', 'operations/render', 'a.b.c'], ['webhooks']],
  ['webhooks', ['webhooks'], ['operations/webhooks']],
])('%s', (pattern, fitting, others) => {
  expect(whyNoPattern(pattern)).toBeNull()
  const fits = createChannelPattern(pattern)
  expect(fitting.filter((name) => !fits(name))).toEqual([])
  expect(others.filter(fits)).toEqual([])
})

test.each([
  ['', /pattern/],
  ['orders..created', /pattern/],
  ['orders.ne*w', /pattern/],
  ['orders.#', /pattern/],
  ['quotes.{symbol}', /pattern/],
  ['a\u0000b', /pattern/],
  ['jobs/job_1', /operations\/\*/],
  ['presence/room', /not kept/],
  ['x'.repeat(256), /255/],
])('%j is refused', (pattern, why) => {
  expect(whyNoPattern(pattern)).toMatch(why)
})
