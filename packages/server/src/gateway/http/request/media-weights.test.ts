import { expect, test } from 'vitest'
import { mediaWeights } from './media-weights.ts'

test.each<[string, Record<string, number>]>([
  ['text/event-stream', { 'text/event-stream': 1 }],
  ['Application/JSON, text/*;q=0.5', { 'application/json': 1, 'text/*': 0.5 }],
  ['a/b;charset=utf-8 ; q=0 , */*; Q=0.125', { 'a/b': 0, '*/*': 0.125 }],
  ['a/b;q=2', { 'a/b': 1 }],
  ['nonsense, , a/b', { 'a/b': 1 }],
  ['', {}],
])('%j', (accept, weights) => {
  expect(Object.fromEntries(mediaWeights(accept))).toEqual(weights)
})
