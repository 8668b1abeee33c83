import type { ChannelsOf, OperationsOf } from '@buzzer/client'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { channel } from './channel.ts'
import { defineConfig } from './config.ts'
import { operation } from './operation.ts'
import { service } from './service.ts'

const config = defineConfig({
  operations: {
    'render-report': operation({
      run: async (input: { readonly month: string }) => ({ pages: input.month.length }),
    }),
    'ping': operation({ run: () => 'pong' }),
  },
  services: { legacy: service({ openapi: './legacy.yaml' }) },
  channels: {
    'quotes.{symbol}': channel({ data: z.object({ price: z.number() }) }),
    'news': channel({ data: { type: 'object' } }),
  },
  limits: { body: '2mb' },
})

type Ops = OperationsOf<typeof config>

describe('defineConfig', () => {
  test('carries names, inputs and outputs to the client', () => {
    expectTypeOf<keyof Ops>().toEqualTypeOf<'render-report' | 'ping' | `legacy.${string}`>()
    expectTypeOf<Ops['render-report']['input']>().toEqualTypeOf<{ readonly month: string }>()
    expectTypeOf<Ops['render-report']['output']>().toEqualTypeOf<{ pages: number }>()
    expect(config.limits).toEqual({ body: '2mb' })
  })

  test('carries the names and the data of channels to the client', () => {
    type Chs = ChannelsOf<typeof config>
    expectTypeOf<Chs['quotes.ACME']>().toEqualTypeOf<{ price: number }>()
    expectTypeOf<Chs['news']>().toEqualTypeOf<unknown>()
    expectTypeOf<keyof Chs>().not.toEqualTypeOf<string>()
  })

  test('nothing defined is nothing to call', () => {
    const empty = defineConfig({})
    expectTypeOf<keyof OperationsOf<typeof empty>>().toEqualTypeOf<never>()
    expectTypeOf<keyof ChannelsOf<typeof empty>>().toEqualTypeOf<string>()
    expect(empty).toEqual({ operations: {}, services: {}, channels: {} })
  })
})
