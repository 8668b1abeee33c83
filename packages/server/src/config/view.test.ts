import { expect, test } from 'vitest'
import { channel } from '../define/channel.ts'
import { resolveConfig } from './resolve.ts'
import { viewConfig } from './view.ts'

const viewOf = (file: Readonly<Record<string, unknown>>) => {
  const resolved = resolveConfig({
    flags: {},
    env: {},
    dotEnv: {},
    file,
    cwd: '/here',
    folder: '/app',
    filePath: '/app/buzzer.config.ts',
    logFormat: 'json',
  })
  return viewConfig({ ...resolved, warnings: [] })
}

const sampleOf = (traces: object) => {
  const { values } = viewOf({ telemetry: { traces } })
  return values.find(({ name }) => name === 'telemetry.traces.sample')?.value
}

test.each([
  [{}, 1],
  [{ sample: 0.25 }, 0.25],
  [{ sample: 0.25, endpoint: 'http://127.0.0.1:4318' }, 0.25],
])('the share of traces that %j keeps is shown, also where none are sent', (traces, value) => {
  expect(sampleOf(traces)).toBe(value)
})

test('channels are named', () => {
  const { channels } = viewOf({ channels: { 'quotes.{symbol}': channel(), 'room': channel() } })
  expect(channels).toEqual(['quotes.{symbol}', 'room'])
})
