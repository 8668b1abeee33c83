import type { EventDraft } from '../../../core/event.ts'
import type { Channel } from '../../../ports/catalog.ts'
import { operation } from '../../testing/operations.ts'
import { asker, createSimulation, type Node } from '../../testing/simulation.ts'
import { isDeclared, type DeclaredPlace } from '../place.ts'

/** A channel that takes anything; by default it keeps a thousand events on disk. */
export const channel = (wish: Partial<Channel> = {}): Channel => ({
  name: 'c',
  summary: null,
  history: { count: 1_000, ageMs: null },
  ephemeral: false,
  shared: false,
  presence: false,
  dataSchema: null,
  check: () => [],
  ...wish,
})

export const draft = (value: unknown, wish: Partial<EventDraft> = {}): EventDraft => ({
  id: null,
  source: null,
  type: 'test',
  subject: null,
  time: null,
  datacontenttype: null,
  dataschema: null,
  traceparent: null,
  extensions: {},
  data: { kind: 'json', value, text: JSON.stringify(value) },
  ...wish,
})

/** A node with these channels and one operation. */
export async function open(...channels: readonly Channel[]) {
  const simulation = await createSimulation()
  const wish = { operations: [operation()], channels }
  return { simulation, node: await simulation.start(wish), wish }
}

export function placeOn({ engine }: Node, name: string): DeclaredPlace {
  const place = engine.channels.find(asker, name)
  if (place === null || !isDeclared(place)) throw new Error(`There is no ${name}.`)
  return place
}

/** Of somebody who waits for nothing. */
export const over = AbortSignal.abort()

/** What is there now, without waiting. */
export async function look({ engine }: Node, name: string, since: number | null) {
  const place = engine.channels.find(asker, name)
  if (place === null) throw new Error(`There is no ${name}.`)
  const { slice, reset, cursor } = await engine.channels.read(place, { since, signal: over })
  const values = slice?.events.map((event) =>
    event.kind === 'published' ? (JSON.parse(event.text) as Record<string, unknown>) : event,
  )
  return { values: values ?? [], reset, cursor }
}

export const publish = (node: Node, name: string, ...drafts: Parameters<typeof draft>[]) =>
  node.engine.channels.publish(
    placeOn(node, name),
    drafts.map((given) => draft(...given)),
  )
