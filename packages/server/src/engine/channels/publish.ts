import type { Problem, ValidationError } from '@buzzer/contract'
import { writeEvent, type EventDraft } from '../../core/event.ts'
import { formatTime } from '../../core/time.ts'
import type { Channel } from '../../ports/catalog.ts'
import type { EventPlace, NewEvent, Publication } from '../../ports/events.ts'
import type { EngineContext } from '../context.ts'
import { hintEvents } from '../fan-out/hint.ts'
import type { DeclaredPlace, PresencePlace } from './place.ts'
import type { ToldEvent } from './told-event.ts'

/** What became of a publication: all of its events were taken, or none. */
export type Published =
  /** In the order of the events. */
  | { readonly kind: 'published'; readonly events: readonly PublishedPlace[] }
  | { readonly kind: 'refused'; readonly problem: Problem }

export interface PublishedPlace {
  readonly id: string
  readonly offset: number
}

/** Presence is published by Buzzer alone. */
type PublicationPlace = DeclaredPlace | PresencePlace

const eventsAtMost = 1_000
const bytesAtMost = 262_144

/**
 * Appends events to a channel. When it is done they are on disk; on an ephemeral channel they were
 * passed on to who follows it here.
 */
export function publish(
  ctx: EngineContext,
  place: PublicationPlace,
  drafts: readonly EventDraft[],
): Published | Promise<Published> {
  if (drafts.length > eventsAtMost) return refused(tooMany(drafts.length))
  const events = drafts.map((draft) => prepare(ctx, place, draft))
  const errors = drafts.flatMap((draft, index) =>
    errorsOf(place.channel, draft, events[index]).map((error) => located(error, index, drafts)),
  )
  if (errors.length > 0) return refused(invalid(errors))
  return place.channel.ephemeral
    ? passOn(ctx, place, events)
    : store(ctx, place, events, place.channel)
}

function prepare(
  { ids, clock }: EngineContext,
  { name }: PublicationPlace,
  draft: EventDraft,
): NewEvent {
  const at = clock.now()
  const id = draft.id ?? ids.next('evt')
  const source = draft.source ?? `/channels/${name}`
  const time = draft.time ?? formatTime(at)
  // An id that was made this moment is nobody else's, so that nothing need be looked for.
  const known = draft.id === null ? null : source
  return { id, source: known, at, text: writeEvent({ ...draft, id, source, time }) }
}

function errorsOf(
  channel: Channel,
  { data }: EventDraft,
  event: NewEvent | undefined,
): readonly ValidationError[] {
  const bytes = event === undefined ? 0 : Buffer.byteLength(event.text)
  if (bytes > bytesAtMost) return [tooLarge(bytes)]
  if (channel.dataSchema === null) return []
  if (data.kind === 'bytes') return [notJson]
  const value = data.kind === 'json' ? data.value : undefined
  return channel.check(value).map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }))
}

/** Of several events each is named by its place. */
const located = (
  { pointer, detail }: ValidationError,
  index: number,
  { length }: readonly EventDraft[],
): ValidationError => ({ pointer: length === 1 ? pointer : `/${index}${pointer}`, detail })

async function store(
  ctx: EngineContext,
  place: PublicationPlace,
  events: readonly NewEvent[],
  { history }: Channel,
): Promise<Published> {
  const { tenant, name } = place
  const stored = await ctx.store.events.publish({ tenant, channel: name, history, events })
  return taken(ctx, place, events, stored)
}

function passOn(
  ctx: EngineContext,
  place: PublicationPlace,
  events: readonly NewEvent[],
): Published | Promise<Published> {
  // Told in the turn in which they are taken: nobody else's go before them.
  const placed = ctx.offsets.take(place, events)
  if (placed !== null) return taken(ctx, place, events, placed)
  return ctx.offsets
    .setAside(place)
    .then((made) => (made === 'done' ? passOn(ctx, place, events) : refused(notSetAside[made])))
}

function taken(
  ctx: EngineContext,
  place: PublicationPlace,
  events: readonly NewEvent[],
  stored: Publication,
): Published {
  if (stored.kind === 'too-many-channels') return refused(tooManyChannels)
  const placed = events.map((event, index) => ({ event, ...placeAt(stored.places, index) }))
  const told: ToldEvent[] = placed
    .filter(({ isNew }) => isNew)
    .map(({ event: { at, text }, offset }) => ({ kind: 'published', offset, at, text }))
  // Its tail is all that an ephemeral channel has, whether anybody follows it or not.
  using _held = place.channel.ephemeral ? ctx.tails.hold(place) : null
  if (told.length > 0) {
    ctx.tails.announce(place, told)
    hintEvents(ctx, place.tenant, place.name)
  }
  ctx.telemetry.published(place.channel.name, told.length)
  return {
    kind: 'published',
    events: placed.map(({ event: { id }, offset }) => ({ id, offset })),
  }
}

function placeAt(places: readonly EventPlace[], index: number): EventPlace {
  const place = places[index]
  if (place === undefined) throw new Error('The store answered for fewer events than it was given.')
  return place
}

const refused = (problem: Problem): Published => ({ kind: 'refused', problem })

const invalid = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'The channel does not take this; `errors` says what and why, and nothing was published.',
  errors: errors.slice(0, 20),
})

const tooMany = (count: number): Problem => ({
  code: 'payload-too-large',
  detail: `A request publishes at most ${eventsAtMost} events, not ${count}. Send several requests.`,
})

const tooLarge = (bytes: number): ValidationError => ({
  pointer: '',
  detail:
    `the event has ${bytes} bytes as it is stored, and ${bytesAtMost} are the most; ` +
    'put the data elsewhere and publish its address',
})

const notJson: ValidationError = {
  pointer: '/data',
  detail: 'has to be JSON, because the channel declares a schema for it',
}

const tooManyChannels: Problem = {
  code: 'overloaded',
  detail:
    'So many channels have been published to that no new one is taken until old ones are forgotten. ' +
    'Publish to one that is there.',
}

const notSetAside = {
  'too-many-channels': tooManyChannels,
  'channel-changed': {
    code: 'channel-changed',
    detail: 'The channel was declared anew, and nothing was published. Publish it again.',
  },
} as const satisfies Record<string, Problem>
