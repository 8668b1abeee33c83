import { expect, test } from 'vitest'
import { readFrames } from './testing/read-frames.ts'
import { bodiesOf, frameBodies, frameOne, frameTexts } from './text-frames.ts'

const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length))
const others = ['é', '🎉'.repeat(63), `"\u2028"`, '']

test('messages of every length are framed one behind the other', () => {
  const all = [...texts, ...others]
  expect(readFrames(frameTexts(all))).toEqual(all)
  expect(readFrames(frameOne('é').bytes)).toEqual(['é'])
})

test('bodies stand between what belongs to all of them, and each ends where it says', () => {
  const all = [...texts, ...others]
  const { bytes, ends } = frameBodies(bodiesOf(all), '{"é":', '}')
  expect(readFrames(bytes)).toEqual(all.map((text) => `{"é":${text}}`))
  const each = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  expect(each.flatMap(readFrames)).toEqual(all.map((text) => `{"é":${text}}`))
})
