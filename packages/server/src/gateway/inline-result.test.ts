import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inlineResult } from './inline-result.ts'

const json = Buffer.from('{"pages":12.10}')

const resultOf = (mediaType: string | null, body: Uint8Array, encoding?: string) =>
  JSON.stringify(
    inlineResult({
      status: 200,
      mediaType,
      headers: encoding === undefined ? [] : [['content-encoding', encoding]],
      body,
    }),
  )

test.for([
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/hal+json',
  'application/vnd.api+json; profile="x"',
])('a result of the type %s stands in line', (mediaType) => {
  expect(resultOf(mediaType, json)).toBe('{"result":{"pages":12.10}}')
})

test.for([null, 'text/plain', 'application/json-seq', 'application/jsonl'])(
  'a result of the type %s is fetched',
  (mediaType) => {
    expect(resultOf(mediaType, json)).toBe('{}')
  },
)

test.for([
  ['identity', (body: Uint8Array) => body],
  ['gzip', gzipSync],
  ['GZip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const)('JSON that the upstream encoded as %s stands in line', ([encoding, encode]) => {
  expect(resultOf('application/json', encode(json), encoding)).toBe('{"result":{"pages":12.10}}')
})

test.for([
  ['is not what its encoding says', json, 'gzip'],
  ['has an encoding that nobody knows', gzipSync(json), 'snappy'],
  ['has several encodings', gzipSync(gzipSync(json)), 'gzip, gzip'],
  ['is more than 64 KiB decoded', gzipSync(JSON.stringify('x'.repeat(65_535))), 'gzip'],
  ['is no JSON', Buffer.from('{'), undefined],
] as const)('a result that %s is fetched', ([, body, encoding]) => {
  expect(resultOf('application/json', body, encoding)).toBe('{}')
})
