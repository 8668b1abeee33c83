import { expect, test, vi } from 'vitest'
import { createOutbound } from '../outbound/outbound.ts'
import { systemClock } from './system-clock.ts'
import { warnOfPrivate } from './warn-private.ts'

test.each([
  ['http://127.0.0.1:4000/v1', "outbound: { allow: ['127.0.0.1:4000'] }"],
  ['https://[::1]', "outbound: { allow: ['[::1]:443'] }"],
  ['http://localhost', "outbound: { allow: ['localhost:80'] }"],
  ['http://10.0.0.1:4000', null],
  ['https://api.example.com', null],
])('%s is told with the line that is missing: %s', async (url, fix) => {
  await using outbound = createOutbound({ clock: systemClock, allow: ['10.0.0.1:4000'] })
  const warn = vi.fn<(fields: object, message: string) => void>()
  const log = { debug() {}, info() {}, warn, error() {} }
  warnOfPrivate({ name: 'legacy', url }, outbound, log)
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual(
    fix === null ? [] : [{ service: 'legacy', fix }],
  )
})
