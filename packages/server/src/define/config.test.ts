import type { OperationsOf } from '@buzzer/client'
import { describe, expect, expectTypeOf, test } from 'vitest'
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

  test('nothing defined is nothing to call', () => {
    const empty = defineConfig({})
    expectTypeOf<keyof OperationsOf<typeof empty>>().toEqualTypeOf<never>()
    expect(empty).toEqual({ operations: {}, services: {} })
  })
})
