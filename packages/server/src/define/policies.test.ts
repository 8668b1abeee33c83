import { describe, expect, it } from 'vitest'
import { defaultPolicies } from '../core/operation.ts'
import { ConfigError } from './errors.ts'
import { operation, type OperationDefinition } from './operation.ts'
import { operationPolicies, policiesOf } from './policies.ts'

const run = () => null

function issuesOf(definition: object): readonly string[] {
  try {
    operationPolicies('render-report', definition as OperationDefinition)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n')
  }
}

describe('policies', () => {
  it('are the defaults where nothing is said', () => {
    expect(operationPolicies('noop', operation({ run }))).toEqual(defaultPolicies)
  })

  it('take over all that is said', () => {
    const definition = operation({
      mode: 'adaptive',
      wait: '2s',
      timeout: '1.5m',
      lease: '500ms',
      concurrency: 10,
      retry: { attempts: 7, delay: '10m', factor: 3 },
      idempotency: { required: true, window: '7d' },
      cacheable: true,
      schedule: { cron: ' 0 3 * * * ', timeZone: 'Europe/Berlin', catchUp: 'skip' },
      deadLetters: { alert: 5 },
      admission: { backlog: 9, age: '1m' },
      limits: { body: '512kb', result: '1gb' },
      run,
    })
    expect(operationPolicies('all', definition)).toEqual({
      mode: 'adaptive',
      waitMs: 2_000,
      timeoutMs: 90_000,
      leaseMs: 500,
      concurrency: 10,
      // The default bound of 5 minutes would cut the delay.
      retry: { attempts: 7, delayMs: 600_000, factor: 3, maxDelayMs: 600_000 },
      idempotency: { required: true, windowMs: 604_800_000 },
      cacheable: true,
      schedule: {
        cron: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        catchUp: 'skip',
        overlap: 'allow',
      },
      deadLetterAlert: 5,
      admission: { backlog: 9, ageMs: 60_000 },
      limits: { bodyBytes: 512 * 1_024, resultBytes: 1_073_741_824 },
    })
  })

  it('take text for a schedule in UTC, and null for none', () => {
    const base = operationPolicies('a', operation({ schedule: '*/5 * * * *', run }))
    const times = { cron: '*/5 * * * *', timeZone: 'UTC', catchUp: 'once', overlap: 'allow' }
    expect(base.schedule).toEqual(times)
    expect(policiesOf('operations.a', {}, base).schedule).toEqual(times)
    expect(policiesOf('operations.a', { schedule: null }, base).schedule).toBeNull()
    expect(policiesOf('operations.a', { deadLetters: { alert: 0 } }, base).deadLetterAlert).toBe(0)
  })

  it('build on those of a service', () => {
    const base = { ...defaultPolicies, waitMs: 1, concurrency: 3 }
    expect(policiesOf('services.a', { concurrency: null }, base)).toEqual({
      ...base,
      concurrency: null,
    })
  })

  it.each([
    [30n, '30n'],
    [Object.create(null), '{}'],
  ])('refuse what cannot be written as JSON, or as text: %#', (timeout, shown) => {
    const make = () => operationPolicies('a', operation({ timeout: timeout as never, run }))
    expect(make).toThrow(`timeout: ${shown} is not a duration; write '30s'`)
  })

  it.each([
    [{ wait: '2 seconds' }, "wait: '2 seconds' is not a duration; write '2s'"],
    [{ wait: '5 Min' }, "wait: '5 Min' is not a duration; write '5m'"],
    [{ wait: '250 millis' }, "wait: '250 millis' is not a duration; write '250ms'"],
    [{ timeout: 1500 }, "timeout: 1500 is not a duration; write '1500ms'"],
    [{ timeout: '1000001d' }, "timeout: '1000001d' is not a duration; write '30s'"],
    [{ timeout: 1e15 }, "timeout: 1000000000000000 is not a duration; write '30s'"],
    [{ timeout: 'soon' }, "timeout: 'soon' is not a duration; write '30s'"],
    [{ timeout: '0s' }, "timeout: '0s' is too short; write at least '1ms'"],
    [{ lease: '499ms' }, "lease: '499ms' is too short; write at least '500ms'"],
    [{ mode: 'asynk' }, "mode: 'asynk' is not a mode; write 'async', 'adaptive' or 'sync'"],
    [{ concurrency: 0 }, 'concurrency: 0 is not a count; write a whole number from 1'],
    [
      { retry: { attempts: 1.5 } },
      'retry.attempts: 1.5 is not a count; write a whole number from 1',
    ],
    [{ retry: { factor: 0.5 } }, 'retry.factor: 0.5 is not a factor; write a number from 1'],
    [
      { retry: { delay: '10s', maxDelay: '1s' } },
      'retry.maxDelay: it is shorter than retry.delay; write a longer one',
    ],
    [
      { retry: { tries: 3 } },
      'retry.tries: there is no such option; there are attempts, delay, factor, maxDelay',
    ],
    [{ retry: 3 }, 'retry: 3 is not an object'],
    [{ idempotency: { required: 'yes' } }, "idempotency.required: 'yes' is not true or false"],
    [{ schedule: 3 }, 'schedule: 3 is not an object'],
    [{ schedule: {} }, "schedule.cron: it is missing; write one such as '0 3 * * *'"],
    [{ schedule: { cron: 3 } }, 'schedule.cron: 3 is not text'],
    [
      { schedule: { cron: '0 3 * * *', catchUp: true } },
      "schedule.catchUp: true is not one of 'once', 'skip'",
    ],
    [
      { schedule: { cron: '0 3 * * *', zone: 'UTC' } },
      'schedule.zone: there is no such option; there are cron, timeZone, catchUp, overlap',
    ],
    [
      { deadLetters: { alert: -1 } },
      'deadLetters.alert: -1 is not a count; write a whole number from 1',
    ],
    [
      { admission: { backlog: 0 } },
      'admission.backlog: 0 is not a count; write a whole number from 1',
    ],
    [
      { admission: { depth: 5 } },
      'admission.depth: there is no such option; there are backlog, age',
    ],
  ])('refuse %j', (options, issue) => {
    expect(issuesOf({ ...options, run })).toEqual([`operations.render-report.${issue}`])
  })

  it('tell all that is wrong at once', () => {
    const issues = issuesOf({ wait: 1, mode: 2, schedule: 1, admission: { age: 'x' }, run })
    expect(issues).toHaveLength(4)
  })
})
