import type { EventDraft } from '../../../core/event.ts'
import type { Channel } from '../../../ports/catalog.ts'

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
