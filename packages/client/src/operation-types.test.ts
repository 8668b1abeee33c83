import { describe, expectTypeOf, it } from 'vitest'
import type { BatchResult } from './batch-handle.ts'
import type { Client } from './client.ts'
import type { JobHandle } from './job-handle.ts'
import type { OperationsOf, OperationTypes } from './operation-types.ts'

interface Report {
  readonly pages: number
}

type Config = {
  operations: {
    'render-report': OperationTypes<{ month: string }, Report> & { mode: 'async' }
    'ping': OperationTypes<undefined, string>
    'plain': { mode: 'async' }
  }
  services: { legacy: { openapi: string } }
}

type Typed = Client<OperationsOf<Config>>
type Untyped = Client<OperationsOf<unknown>>

describe('the types from a config', () => {
  it('give the output of an operation', () => {
    const submit = (client: Typed) => client.submit('render-report', { month: '2026-10' })
    expectTypeOf(submit).returns.resolves.toEqualTypeOf<JobHandle<Report>>()
    const run = (client: Typed) => client.run('ping')
    expectTypeOf(run).returns.resolves.toEqualTypeOf<string>()
    const plain = (client: Typed) => client.submit('plain', { any: 'thing' })
    expectTypeOf(plain).returns.resolves.toEqualTypeOf<JobHandle>()
  })

  it('refuse a wrong name and a wrong input', () => {
    // @ts-expect-error there is no such operation
    expectTypeOf((client: Typed) => client.submit('render-reports', { month: '' })).toBeFunction()
    // @ts-expect-error a month is a string
    expectTypeOf((client: Typed) => client.submit('render-report', { month: 1 })).toBeFunction()
    // @ts-expect-error the input may not be left out
    expectTypeOf((client: Typed) => client.submit('render-report')).toBeFunction()
  })

  it('allow the operations of a service, and everything without a config', () => {
    const wrapped = (client: Typed) => client.submit('legacy.createReport', { a: 1 })
    expectTypeOf(wrapped).returns.resolves.toEqualTypeOf<JobHandle>()
    const untyped = (client: Untyped) => client.submit('anything', { a: 1 }, { priority: 1 })
    expectTypeOf(untyped).returns.resolves.toEqualTypeOf<JobHandle>()
  })

  it('give each place of a batch its output', () => {
    const send = (client: Typed) =>
      client.batch([
        { operation: 'render-report', input: { month: '2026-10' }, priority: 1 },
        { operation: 'ping' },
      ])
    type Handle = Awaited<ReturnType<typeof send>>
    expectTypeOf<Handle['jobs'][0]>().toEqualTypeOf<JobHandle<Report>>()
    expectTypeOf<Handle['jobs'][1]>().toEqualTypeOf<JobHandle<string>>()
    type Results = Awaited<ReturnType<Handle['results']>>
    expectTypeOf<Results>().toEqualTypeOf<[BatchResult<Report>, BatchResult<string>]>()
    const many = (client: Typed, months: readonly string[]) =>
      client.batch(
        months.map((month) => ({ operation: 'render-report' as const, input: { month } })),
      )
    type Many = Awaited<ReturnType<Awaited<ReturnType<typeof many>>['results']>>
    expectTypeOf<Many>().toEqualTypeOf<BatchResult<Report>[]>()
    const wrong = { operation: 'render-report', input: { month: 1 } } as const
    // @ts-expect-error a month is a string
    expectTypeOf((client: Typed) => client.batch([wrong])).toBeFunction()
    // @ts-expect-error there is no such operation
    expectTypeOf((client: Typed) => client.batch([{ operation: 'pong' }])).toBeFunction()
  })
})
