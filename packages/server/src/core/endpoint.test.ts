import { expect, test } from 'vitest'
import { withSecret } from './endpoint.ts'

const hour = 3_600_000

test('each secret signs for the day that it was promised, however often another one comes', () => {
  let secrets = withSecret([], 'first', 0)
  expect(secrets).toEqual([{ sealed: 'first', until: null }])
  secrets = withSecret(secrets, 'second', hour)
  secrets = withSecret(secrets, 'third', 2 * hour)
  expect(secrets).toEqual([
    { sealed: 'third', until: null },
    { sealed: 'second', until: 26 * hour },
    { sealed: 'first', until: 25 * hour },
  ])
  secrets = withSecret(secrets, 'fourth', 25 * hour)
  expect(secrets.map(({ sealed }) => sealed)).toEqual(['fourth', 'third', 'second'])
})

test('but not any number of them', () => {
  let secrets = withSecret([], '0', 0)
  for (let count = 1; count < 100; count += 1) secrets = withSecret(secrets, String(count), count)
  expect(secrets.length).toBe(8)
})
