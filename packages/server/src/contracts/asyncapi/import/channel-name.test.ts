import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkChannel } from '../../../config/check-channel.ts'
import { channelNameOf } from './channel-name.ts'

test.each([
  ['orders', 'orders', 0],
  ['/v1/marketdata/{symbol}', 'v1.marketdata.{symbol}', 0],
  ['smartylighting/1/0/event/{id}/measured', 'smartylighting.1.0.event.{id}.measured', 0],
  ['adeo-{env}-REQUEST-{version}', 'adeo.{env}.REQUEST.{version}', 3],
  ['{a}{b}', '{a}.{b}', 1],
  ['{a}{b}.x-{c}', '{a}.{b}.x.{c}', 2],
  ['orders/{order-id}', 'orders.{order_id}', 1],
  ['{id}/of/{id}', '{id}.of.{id_2}', 1],
  ['devices/+/state/#', 'devices.{any}.state.{rest}', 2],
  ['stock.*.nyse', 'stock.{any}.nyse', 1],
  ['wss://host:1/ws/prices?depth=10', 'ws.prices', 2],
  ['Überraschung & mehr', 'Uberraschung-mehr', 1],
  ['заказы', '', 1],
  ['заказы.new', 'new', 1],
  ['a..b//c/', 'a.b.c', 0],
  ['//', '', 0],
  ['x.__proto__.y', 'x.proto.y', 1],
])('%s is %s here', (address, name, notes) => {
  const translated = channelNameOf(address)
  expect([translated.name, translated.notes.length]).toEqual([name, notes])
})

test('whatever is changed about an address is told', () => {
  const address = fc.array(
    fc.oneof(
      fc.string({ maxLength: 6, unit: 'grapheme' }),
      fc.constantFrom('.', '/', '{', '}', '{id}', '+', '__proto__', '-'),
    ),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(address, (pieces) => {
      const given = pieces.join('')
      const { name, notes } = channelNameOf(given)
      const asGiven = given.split(/[./]/).filter((segment) => segment !== '')
      if (name !== asGiven.join('.')) expect(notes).not.toEqual([])
    }),
  )
})

test('whatever an address is, its name is one that channels have, or none', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 8, unit: 'binary' }),
    fc.constantFrom('/', '.', '{', '}', '{id}', '+', '#', '__proto__', '-', '~', '?a=b'),
  )
  const address = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(address, (given) => {
      const { name } = channelNameOf(given)
      const first = name.split('.')[0] ?? ''
      if (name === '' || ['jobs', 'operations', 'batches', 'presence'].includes(first)) return
      expect(checkChannel(name, { kind: 'channel', options: {} })).toEqual([])
    }),
  )
})
