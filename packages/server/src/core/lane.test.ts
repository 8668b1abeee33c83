import type { EndpointId } from '@buzzer/contract'
import { expect, test } from 'vitest'
import { callbackLane, endpointOfLane, liveLane, replayLane, siblingOf } from './lane.ts'

const endpoint = 'whk_1' as EndpointId

test('callers behind one origin have lanes of their own, those of one address have one', () => {
  const lane = (url: string) => callbackLane('default', url)
  expect(lane('https://hooks.example/a?job=1')).toBe(lane('https://hooks.example/a?job=2'))
  expect(lane('https://hooks.example/a')).not.toBe(lane('https://hooks.example/b'))
  expect(lane('https://hooks.example/a')).not.toBe(callbackLane('acme', 'https://hooks.example/a'))
  expect(lane(`https://hooks.example/${'a'.repeat(2_000)}`).length).toBeLessThan(300)
})

test('an endpoint has two, which know each other', () => {
  expect(siblingOf(liveLane(endpoint))).toBe(replayLane(endpoint))
  expect(siblingOf(replayLane(endpoint))).toBe(liveLane(endpoint))
  expect([liveLane(endpoint), replayLane(endpoint)].map(endpointOfLane)).toEqual([
    endpoint,
    endpoint,
  ])
  expect(siblingOf(callbackLane('whk', 'https://a.example/'))).toBeNull()
})
