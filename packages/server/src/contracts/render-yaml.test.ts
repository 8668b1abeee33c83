import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderYaml } from './render-yaml.ts'

test('any document is read again as it was, and others have their turn while it is written', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      'a\n\nb\n',
      '/a/{b}',
      '? x',
      'y',
      '12',
      '~',
      'x'.repeat(2_000),
      ' a: b\n  c\n',
    ),
  )
  const value = fc.jsonValue({ stringUnit: 'grapheme' })
  const part = fc.dictionary(
    text,
    fc.oneof(value, text, fc.dictionary(text, fc.oneof(value, text))),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(text, fc.oneof(value, part)), async (document) => {
      let pauses = 0
      const yaml = await renderYaml(document, async () => void (pauses += 1))
      expect(JSON.parse(JSON.stringify(parse(yaml) ?? {}))).toEqual(
        JSON.parse(JSON.stringify(document)),
      )
      expect(pauses).toBeGreaterThanOrEqual(Object.keys(document).length)
    }),
  )
})
