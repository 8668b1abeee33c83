import { expect, test } from 'vitest'
import { findLine } from './find-line.ts'

const file = `import { defineConfig } from 'buzzer'
// port: 1 is not it, nor is http://127.0.0.1
const slots = 4
export default defineConfig({
  operations: { add: { input: { type: 'object', properties: { host: {}, 'data': {} } } } },
  /* shutdown: '1s' */ port: 3000,
  "shutdown": '5s',
  limits: { result: '1mb',
    'body': '2mb' },
  workers: { slots },
  host: '127.0.0.1',
})
`

test.each([
  ['port', 6],
  ['shutdown', 7],
  ['limits.result', 8],
  ['limits.body', 9],
  ['workers.slots', 10],
  ['data', 5],
  ['host', null],
  ['retention.jobs', null],
  ['store', null],
])('%s stands on line %j', (path, line) => {
  expect(findLine(file, path)).toBe(line)
})
