import { expect, test } from 'vitest'
import { createDocumentReader } from './document-reader.ts'

const kinds = (answers: readonly { readonly kind: string }[]) => answers.map(({ kind }) => kind)

test('YAML becomes JSON, JSON stays as it is, and what is neither is told', async () => {
  const { read } = createDocumentReader()
  expect(await read('a: [1, x]\n')).toEqual({ kind: 'text', text: '{"a":[1,"x"]}' })
  expect(await read('{ "a" : 1.0 }')).toEqual({ kind: 'text', text: '{ "a" : 1.0 }' })
  expect(await read('a: b: c')).toEqual({
    kind: 'unfit',
    detail: expect.stringMatching(
      /^the document is neither JSON nor YAML: .* at line 1, column \d$/,
    ),
  })
})

test('of many that come at once five are read, one after the other; JSON never waits', async () => {
  const { read } = createDocumentReader()
  const answers = Promise.all(Array.from({ length: 12 }, () => read('a: 1')))
  expect(await read('{}')).toEqual({ kind: 'text', text: '{}' })
  expect(kinds(await answers)).toEqual([
    ...Array.from({ length: 5 }, () => 'text'),
    ...Array.from({ length: 7 }, () => 'busy'),
  ])
  expect(await read('a: 1')).toMatchObject({ kind: 'text' })
})
