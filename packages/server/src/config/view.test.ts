import { expect, test } from 'vitest'
import { resolveConfig } from './resolve.ts'
import { viewConfig } from './view.ts'

const sampleOf = (traces: object) => {
  const resolved = resolveConfig({
    flags: {},
    env: {},
    dotEnv: {},
    file: { telemetry: { traces } },
    cwd: '/here',
    folder: '/app',
    filePath: '/app/buzzer.config.ts',
    logFormat: 'json',
  })
  const { values } = viewConfig({ ...resolved, warnings: [] })
  return values.find(({ name }) => name === 'telemetry.traces.sample')?.value
}

test.each([
  [{}, 1],
  [{ sample: 0.25 }, 0.25],
  [{ sample: 0.25, endpoint: 'http://127.0.0.1:4318' }, 0.25],
])('the share of traces that %j keeps is shown, also where none are sent', (traces, value) => {
  expect(sampleOf(traces)).toBe(value)
})
