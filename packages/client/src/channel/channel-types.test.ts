import { describe, expectTypeOf, it } from 'vitest'
import type { Client } from '../client.ts'
import type { OperationsOf } from '../operation-types.ts'
import { isReset, type ChannelItem } from './channel-event.ts'
import type { ChannelHandle } from './channel-handle.ts'
import type { Channels, ChannelsOf, ChannelTypes } from './channel-types.ts'

interface Quote {
  readonly price: number
}

type Config = {
  channels: {
    'quotes.{symbol}': ChannelTypes<Quote> & { kind: 'channel' }
    'orders/{shop}/new': ChannelTypes<string>
    'news': { kind: 'channel' }
  }
}

type Typed = Client<OperationsOf<Config>, ChannelsOf<Config>>

describe('the types of channels from a config', () => {
  it('give the data of a channel', () => {
    const quotes = (client: Typed) => client.channel('quotes.ACME')
    expectTypeOf(quotes).returns.toEqualTypeOf<ChannelHandle<Quote>>()
    const orders = (client: Typed) => client.channel('orders/berlin/new')
    expectTypeOf(orders).returns.toEqualTypeOf<ChannelHandle<string>>()
    const news = (client: Typed) => client.channel('news')
    expectTypeOf(news).returns.toEqualTypeOf<ChannelHandle>()
    const outcomes = (client: Typed) => client.channel('operations/render-report')
    expectTypeOf(outcomes).returns.toEqualTypeOf<ChannelHandle>()
  })

  it('refuse a wrong name and wrong data', () => {
    // @ts-expect-error there is no such channel
    expectTypeOf((client: Typed) => client.channel('quote.ACME')).toBeFunction()
    const wrong = { type: 'quote', data: { price: '1' } }
    // @ts-expect-error a price is a number
    expectTypeOf((client: Typed) => client.channel('quotes.A').publish(wrong)).toBeFunction()
  })

  it('tell a gap from an event', () => {
    const read = (item: ChannelItem<Quote>) => (isReset(item) ? item.oldest : item.data)
    expectTypeOf(read).returns.toEqualTypeOf<number | Quote>()
  })

  it('allow every name without a config', () => {
    const any = (client: Client<OperationsOf<unknown>>) => client.channel('anything')
    expectTypeOf(any).returns.toEqualTypeOf<ChannelHandle>()
    expectTypeOf<ChannelsOf<{ operations: object }>>().toEqualTypeOf<Channels>()
  })
})
