import { expect, it } from 'vitest'
import { isJsonType } from './media-type.ts'

it.each([
  ['application/json', true],
  ['Application/JSON ; charset=utf-8', true],
  ['application/problem+json', true],
  ['application/vnd.api.v2+json;ext=x', true],
  ['application/json-seq', false],
  ['application/jsonl', false],
  ['text/json', false],
  ['text/plain; x=application/json', false],
])('knows whether %s is JSON: %s', (mediaType, isJson) => {
  expect(isJsonType(mediaType)).toBe(isJson)
})
