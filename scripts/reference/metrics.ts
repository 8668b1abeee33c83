import { createMetrics } from '../../packages/server/src/telemetry/metrics.ts'
import { code, page, table } from './markdown.ts'

/** Every metric, by what the registry itself says about it. */
export async function metricsPage(): Promise<string> {
  using metrics = createMetrics({
    clock: { now: () => 0, monotonic: () => 0, after: () => () => {} },
    version: '0.0.0',
    depths: async () => [],
    deliveryDepth: async () => ({ scheduled: 0, oldestDueAt: null }),
    slots: () => ({ busy: 0, all: 0 }),
  })
  const exposition = await metrics.render()
  const helps = new Map(matches(exposition, /^# HELP (\S+) (.*)$/gm))
  const rows = matches(exposition, /^# TYPE (\S+) (\S+)$/gm).map(([name, type]) => [
    // Scrapers know counters by this name.
    code(type === 'counter' ? `${name}_total` : name),
    type,
    helps.get(name) ?? '',
  ])
  return page('Metrics', [
    '`GET /metrics` in OpenMetrics text; times are seconds. What to do with them: [observe](../how-to/observe.md).',
    table(
      ['metric', 'type', 'meaning'],
      rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ),
  ])
}

const matches = (source: string, pattern: RegExp): readonly (readonly [string, string])[] =>
  [...source.matchAll(pattern)].map(([, first = '', second = '']) => [first, second])
