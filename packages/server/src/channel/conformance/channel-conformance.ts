import { describe, expect, it } from 'vitest'
import type { DeliveryChannel, OutgoingDelivery, Sent } from '../../ports/channel.ts'

/** What a receiver of the suite does with what comes. */
export type Behaviour = 'takes' | 'refuses' | 'says nothing' | 'talks much'

/** What not every way out can do: an adapter without them says so, and is not asked. */
export type Ability =
  /** It hears of the receiver what became of it, beyond whether it was taken. */
  | 'answers'
  /** A receiver can refuse. */
  | 'refusal'
  /** Attempts can be called off once they are on their way. */
  | 'calling off'

export interface ReceivedDelivery {
  readonly id: string
  readonly mediaType: string
  readonly body: Uint8Array
}

export interface ConformanceReceiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly ReceivedDelivery[]
  /** Resolves when something has come. */
  readonly reached: Promise<void>
}

/** A way out, with what it takes to look at it from the other side. */
export interface WayOut extends AsyncDisposable {
  readonly channel: DeliveryChannel
  startReceiver(behaviour: Behaviour): Promise<ConformanceReceiver>
  /** Where nobody is. */
  readonly nowhere: string
  /** What no way out of this kind takes for a URL, or takes to be forbidden. */
  readonly impossible: readonly string[]
}

/** Of an answer, in bytes or characters; generous to what frames it. */
const mostKept = 16_384
const patienceMs = 5_000
const shortMs = 300

/**
 * What every durable way out does.
 *
 * @param cannot what this one has no means for
 */
export function channelConformance(
  name: string,
  open: () => Promise<WayOut>,
  { cannot = [] }: { readonly cannot?: readonly Ability[] } = {},
): void {
  const lacks = (ability: Ability): boolean => cannot.includes(ability)
  const never = new AbortController().signal

  describe(`the way out by ${name}`, () => {
    it('delivers the body byte for byte, with the same id on every attempt', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('takes')
      const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
      const outgoing = deliveryTo(receiver.url, { body, secrets: [secret] })
      for (let attempt = 0; attempt < 2; attempt += 1)
        expect(await way.channel.send(outgoing, never)).toMatchObject({ kind: 'delivered' })
      const { id, mediaType } = outgoing
      expect(receiver.received.map((got) => ({ ...got, body: got.body.length }))).toEqual([
        { id, mediaType, body: 70_000 },
        { id, mediaType, body: 70_000 },
      ])
      expect(receiver.received.every((got) => Buffer.compare(got.body, body) === 0)).toBe(true)
    })

    it('delivers many at the same time, each once', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('takes')
      const ids = Array.from({ length: 50 }, (_, index) => `dlv_${index}`)
      const sent = await Promise.all(
        ids.map((id) => way.channel.send(deliveryTo(receiver.url, { id }), never)),
      )
      expect(sent.every(({ kind }) => kind === 'delivered')).toBe(true)
      expect(receiver.received.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    })

    it.skipIf(lacks('refusal'))('says that it was refused, in words', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('refuses')
      expectFailure(await way.channel.send(deliveryTo(receiver.url), never))
      expect(receiver.received).toHaveLength(1)
    })

    it('says that nobody is there, in words', async () => {
      await using way = await open()
      const sent = await way.channel.send(deliveryTo(way.nowhere), never)
      expectFailure(sent)
      expect(sent).toMatchObject({ status: null, answer: null, gone: false })
    })

    it('gives up when the time of the attempt is over', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('says nothing')
      const startedAt = performance.now()
      const outgoing = deliveryTo(receiver.url, { timeoutMs: shortMs })
      expectFailure(await way.channel.send(outgoing, never))
      const tookMs = performance.now() - startedAt
      expect(tookMs).toBeGreaterThanOrEqual(shortMs - 5)
      expect(tookMs).toBeLessThan(patienceMs)
    })

    it('sends nothing that was called off before', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('takes')
      const sent = await way.channel.send(deliveryTo(receiver.url), AbortSignal.abort())
      expect(sent).toEqual({ kind: 'unsent' })
      await way.channel.send(deliveryTo(receiver.url, { id: 'dlv_after' }), never)
      expect(receiver.received.map(({ id }) => id)).toEqual(['dlv_after'])
    })

    it.skipIf(lacks('calling off'))('does not call unsent what may have arrived', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('says nothing')
      const stop = new AbortController()
      const sending = way.channel.send(deliveryTo(receiver.url), stop.signal)
      await receiver.reached
      stop.abort()
      expectFailure(await sending)
    })

    it.skipIf(lacks('answers'))('keeps no more of an answer than there is room for', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('talks much')
      const sent = await way.channel.send(deliveryTo(receiver.url), never)
      expect(sent.kind).toBe('delivered')
      const answer = 'answer' in sent ? sent.answer : null
      expect(answer?.truncated).toBe(true)
      expect(JSON.stringify(answer).length).toBeLessThan(mostKept)
    })

    it('says why nothing goes to what is impossible, and sends nothing there', async () => {
      await using way = await open()
      for (const url of way.impossible) {
        expect(await way.channel.whyNot(url), url).toMatch(/\w+ \w+/)
        expectFailure(await way.channel.send(deliveryTo(url), never))
      }
    })

    it('has nothing against a receiver, whether it is there or not', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('takes')
      expect(await way.channel.whyNot(receiver.url)).toBeNull()
      expect(await way.channel.whyNot(way.nowhere)).toBeNull()
      expect(receiver.received).toEqual([])
    })

    it('makes a value of what it is given wrong', async () => {
      await using way = await open()
      await using receiver = await way.startReceiver('takes')
      const wrong: readonly Partial<OutgoingDelivery>[] = [
        { headers: [['x', 'a\r\nb: c']] },
        { headers: [['', 'x']] },
        { url: '\0' },
      ]
      for (const changes of wrong)
        expectFailure(await way.channel.send(deliveryTo(receiver.url, changes), never))
      expect(receiver.received).toEqual([])
    })
  })
}

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

const deliveryTo = (url: string, changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  id: 'dlv_01jconformance',
  tenant: 'default',
  url,
  mediaType: 'application/cloudevents+json',
  body: new TextEncoder().encode('{"specversion":"1.0"}'),
  headers: [],
  secrets: [],
  timeoutMs: patienceMs,
  ...changes,
})

/** It tells a person something. */
function expectFailure(sent: Sent): void {
  expect(sent).toMatchObject({ kind: 'failed', gone: false })
  if (sent.kind === 'failed') expect(sent.reason).toMatch(/^\S.*\s.*[.?]$/)
}
