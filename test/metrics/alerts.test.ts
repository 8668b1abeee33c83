import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../packages/server/src/telemetry/metrics.ts'

const file = new URL('../../deploy/prometheus/alerts.yml', import.meta.url)

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** What the rules are about, with a series of each. */
async function render(): Promise<string> {
  const depth = { ready: 1, delayed: 0, blocked: 0, running: 0, parked: 0, deadLetters: 3 }
  using metrics = createMetrics({
    clock: { now: () => 0, monotonic: () => 0, after: () => () => {} },
    version: '1.2.3',
    depths: async () => [{ operation: 'a', ...depth, oldestReadyAt: 0 }],
    deadLetterAlertOf: () => 3,
    deliveryDepth: async () => ({ scheduled: 0, oldestDueAt: null }),
    slots: () => ({ busy: 1, all: 2 }),
  })
  metrics.rejected('store-unavailable')
  metrics.shed('a', 'backlog')
  metrics.deadLettered('a')
  metrics.delivered('failed', 1)
  return await metrics.render()
}

it('the alerts ask for what there is, and say what to do', async () => {
  const text = await render()
  expect(text).toContain('buzzer_dead_letters_alert{operation="a"} 1')
  const series = new Map(
    [...text.matchAll(/^(buzzer_\w+)(?:\{(.*)\})? /gm)].map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label),
    ]),
  )
  const { groups } = parse(await readFile(file, 'utf8')) as { groups: { rules: Rule[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  expect(rules.length).toBeGreaterThanOrEqual(3)
  for (const { alert, expr, labels, annotations } of rules) {
    const [name = ''] = /buzzer_\w+/.exec(expr) ?? []
    expect([...series.keys()], alert).toContain(name)
    const [, by = ''] = /by \((\w+)\)/.exec(expr) ?? []
    expect([...(series.get(name) ?? []), 'instance'], alert).toContain(by)
    expect(annotations.summary, alert).toContain(`$labels.${by}`)
    expect(['warning', 'critical'], alert).toContain(labels.severity)
    expect(annotations.description.length, alert).toBeGreaterThan(20)
  }
})
