import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { hasBody, refuseMediaType } from './has-body.ts'

function requestOf(method: string, headers: Readonly<Record<string, string>>): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.method = method
  Object.assign(request.headers, headers)
  return request
}

test.each([
  ['POST', {}, false],
  ['POST', { 'content-length': '0' }, false],
  ['POST', { 'content-length': '00' }, false],
  ['POST', { 'content-length': '2' }, true],
  ['POST', { 'content-length': '002' }, true],
  ['DELETE', { 'content-length': '2' }, true],
  ['POST', { 'transfer-encoding': 'chunked' }, true],
  ['GET', { 'content-length': '2' }, false],
  ['HEAD', { 'transfer-encoding': 'chunked' }, false],
])('%s with %j has a body: %s', (method, headers, expected) => {
  expect(hasBody(requestOf(method, headers))).toBe(expected)
})

test.each([
  ['application/json', true],
  ['application/problem+json; charset=utf-8', true],
  ['', true],
  ['json', false],
  ['a/b/c', false],
  ['/json', false],
])('the Content-Type %j could be one: %s', (written, expected) => {
  expect(refuseMediaType(requestOf('POST', { 'content-type': written })) === null).toBe(expected)
})
