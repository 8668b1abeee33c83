import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createMetrics } from '../../packages/server/src/telemetry/metrics.ts'

const file = new URL('../../deploy/grafana/buzzer.json', import.meta.url)

/** Every metric with a series of every label. */
async function renderAll(): Promise<string> {
  using metrics = createMetrics({
    clock: { now: () => 0, monotonic: () => 0, after: () => () => {} },
    version: '1.2.3',
    depths: async () => [
      {
        operation: 'a',
        ready: 1,
        delayed: 1,
        blocked: 1,
        running: 1,
        parked: 1,
        deadLetters: 1,
        oldestReadyAt: 0,
      },
    ],
    deliveryDepth: async () => ({ scheduled: 0, oldestDueAt: null }),
    slots: () => ({ busy: 1, all: 2 }),
  })
  metrics.accepted('a', 1)
  metrics.replayed('a')
  metrics.rejected('not-found')
  metrics.shed('a', 'backlog')
  metrics.answered('GET /', 200, 1)
  metrics.started('a', 1)
  metrics.attempted('a', 1, 'failed')
  metrics.retried('a')
  metrics.ended('a', 'failed', 1)
  metrics.leaseLost('a')
  metrics.lateOutcome('a')
  metrics.deadLettered('a')
  metrics.delivered('failed', 1)
  metrics.published('a', 1)
  metrics.committed(1, 1)
  metrics.spansLost(1)
  metrics.socketOpened('buzzer.v1')
  metrics.readerDropped()
  return await metrics.render()
}

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

it('the dashboard asks for what there is, and shows all of it', async () => {
  const text = await renderAll()
  const labelsOf = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^(buzzer_\w+)(?:\{(.*)\})? /gm)) {
    const known = labelsOf.get(name) ?? new Set(['instance'])
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    labelsOf.set(name, known)
  }
  const { panels } = JSON.parse(await readFile(file, 'utf8')) as { panels: readonly Panel[] }
  const asked = new Set<string>()
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      const names = [...expr.matchAll(/buzzer_\w+/g)].map(([name]) => name)
      expect(names, title).not.toEqual([])
      for (const name of names) {
        expect([...labelsOf.keys()], title).toContain(name)
        asked.add(name)
        const labels = [...(labelsOf.get(name) ?? [])]
        const used = [
          ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
          ...[...expr.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
        ]
        expect(labels, title).toEqual(expect.arrayContaining([...new Set(used)]))
      }
    }
  }
  const families = new Set([...labelsOf.keys()].map(familyOf))
  expect([...new Set([...asked].map(familyOf))].toSorted()).toEqual([...families].toSorted())
})

const familyOf = (name: string): string => name.replace(/_(?:bucket|sum|count|total)$/, '')
