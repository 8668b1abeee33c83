import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RequestCheck } from '../../../ports/catalog.ts'
import { importText, operationOf } from '../../testing/fixture.ts'

const operation = {
  operationId: 'send',
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          required: ['title', 'image'],
          properties: {
            title: { type: 'string', minLength: 2 },
            pages: { type: 'integer' },
            image: { type: 'string', format: 'binary', minLength: 1 },
            extras: { type: 'array', items: { type: 'string', format: 'binary' }, maxItems: 2 },
            pile: { type: 'array', items: { type: 'string', format: 'binary', minLength: 1 } },
          },
        },
        encoding: { image: { contentType: 'image/png, image/jpeg' } },
      },
    },
  },
  responses: { default: { description: 'Whatever' } },
}
const document = {
  openapi: '3.1.0',
  info: { title: 'Pictures', version: '1' },
  paths: { '/pictures': { post: operation } },
}
const picture = operationOf(await importText(JSON.stringify(document)), 'send')

interface Part {
  readonly name: string
  readonly value: string | Uint8Array
  readonly type?: string
}

const boundary = 'a-boundary'
const mediaType = `multipart/form-data; boundary=${boundary}`

const formOf = (parts: readonly Part[]): Buffer =>
  Buffer.concat(
    [
      ...parts.flatMap(({ name, value, type }) => [
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
        type === undefined ? '' : `; filename="f"\r\nContent-Type: ${type}`,
        '\r\n\r\n',
        value,
        '\r\n',
      ]),
      `--${boundary}--\r\n`,
    ].map((piece) => Buffer.from(piece as string)),
  )

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

const check = (body: Uint8Array, pieceBytes = 1_000): Promise<RequestCheck> => {
  const parts = picture.checkParts(mediaType)
  if (parts === null) throw new Error('Its parts are not checked.')
  return parts(inPieces(body, pieceBytes))
}

const png = { name: 'image', value: randomBytes(200_000), type: 'image/png' }
const title = { name: 'title', value: 'A + B = %' }

it('takes what the document describes, however it is cut into pieces', async () => {
  const whole = formOf([title, { name: 'pages', value: '12' }, png])
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 70_000 }), async (pieceBytes) => {
      expect(await check(whole, Math.max(pieceBytes, 200))).toEqual({ kind: 'ok' })
    }),
    { numRuns: 20 },
  )
})

it.each<readonly [string, readonly Part[], RegExp]>([
  ['a part that is missing', [title], /image/],
  ['a field that is not what it should be', [title, png, { name: 'pages', value: 'x' }], /pages/],
  ['a text that is too short', [{ ...title, value: 'a' }, png], /title/],
  ['a picture of another kind', [title, { ...png, type: 'image/gif' }], /image\/gif/],
  [
    'too many files',
    [title, png, ...['a', 'b', 'c'].map((value) => ({ name: 'extras', value, type: 'a/b' }))],
    /extras/,
  ],
])('refuses %s', async (_, parts, reason) => {
  const outcome = await check(formOf(parts))
  expect(outcome.kind).toBe('invalid')
  expect(JSON.stringify(outcome)).toMatch(reason)
})

it.each<readonly [string, Uint8Array]>([
  ['one that breaks off', formOf([title, png]).subarray(0, 900)],
  ['one with parts without end', formOf(Array.from({ length: 1_200 }, () => title))],
  ['a field without end', formOf([{ ...title, value: 'x'.repeat(2_000_000) }])],
  ['what is none', Buffer.from('{"title":"x"}')],
])('cannot read %s', async (_, body) => {
  expect((await check(body)).kind).toBe('malformed')
})

it('needs a boundary, and says nothing of other media types', async () => {
  const parts = picture.checkParts('multipart/form-data')
  expect((await parts?.(inPieces(formOf([title]), 100)))?.kind).toBe('malformed')
  expect(picture.checkParts('application/json')).toBeNull()
  expect(picture.readsWhole(mediaType)).toBe(false)
  expect(picture.readsWhole('application/json')).toBe(true)
})

it.each([1, 19, 20, 25])(
  'finds what is wrong beside %s files that nobody looks into',
  async (count) => {
    const pile = Array.from({ length: count }, () => ({
      name: 'pile',
      value: 'x',
      type: 'application/octet-stream',
    }))
    expect(await check(formOf([title, png, ...pile]))).toEqual({ kind: 'ok' })
    const wrong = await check(formOf([title, png, ...pile, { name: 'pages', value: 'abc' }]))
    expect(wrong).toMatchObject({ kind: 'invalid', errors: [{ pointer: '/pages' }] })
  },
)
