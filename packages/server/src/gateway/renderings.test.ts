import { expect, test } from 'vitest'
import type { Slice } from '../engine/channels/ring.ts'
import { createRenderings } from './renderings.ts'
import { readFrames } from './websocket/testing/read-frames.ts'

const { messages } = createRenderings(() => 'http://127.0.0.1')

const sliceOf = (count: number): Slice => ({
  events: Array.from({ length: count }, (_, index) => ({
    kind: 'published',
    offset: index + 1,
    at: 0,
    text: `{"id":"${index}","type":"a"}`,
  })),
  last: count,
})

test('a slice is framed once for all who read it under the same id', () => {
  const slice = sliceOf(3)
  const first = messages(slice, 'a', 's"1')
  expect(messages(slice, 'a', 's"1')).toBe(first)
  expect(messages(sliceOf(3), 'a', 's"1')).not.toBe(first)
  expect(readFrames(first.bytes).map((text) => JSON.parse(text) as unknown)).toEqual(
    slice.events.map(({ offset }) => ({
      type: 'event',
      id: 's"1',
      event: { id: `${offset - 1}`, type: 'a', sequence: String(offset).padStart(16, '0') },
    })),
  )
  const bare = readFrames(messages(slice, 'a', null).bytes)
  expect(bare[0]).toBe('{"id":"0","type":"a","sequence":"0000000000000001"}')
})

test('more ids than a few are not remembered, and get the same', () => {
  const slice = sliceOf(1)
  const ids = Array.from({ length: 50 }, (_, index) => `${index}`)
  const made = ids.map((id) => messages(slice, 'a', id))
  expect(ids.filter((id, index) => messages(slice, 'a', id) === made[index])).toHaveLength(16)
  expect(ids.map((id) => messages(slice, 'a', id).bytes)).toEqual(made.map(({ bytes }) => bytes))
})
