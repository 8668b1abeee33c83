import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

const integers = { type: 'array', items: { type: 'integer' } }
const nested = {
  type: 'array',
  items: { type: 'array', collectionFormat: 'pipes', items: { type: 'integer' } },
}
const formats = ['csv', 'ssv', 'tsv', 'pipes', 'multi'] as const
const fields = [
  { name: 'plain', in: 'formData', ...integers },
  ...formats.map((format) => ({
    name: format,
    in: 'formData',
    ...integers,
    collectionFormat: format,
  })),
  { name: 'nested', in: 'formData', ...nested },
]
const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data'
const service = await importText(
  JSON.stringify({
    swagger: '2.0',
    paths: {
      '/form': {
        post: { operationId: 'form', consumes: [urlencoded, multipart], parameters: fields },
      },
      '/query': {
        get: { operationId: 'query', parameters: [{ ...nested, name: 'a', in: 'query' }] },
      },
      '/path/{a}': {
        get: {
          operationId: 'path',
          parameters: [{ ...integers, name: 'a', in: 'path', collectionFormat: 'pipes' }],
        },
      },
      '/plain/{a}': {
        get: { operationId: 'plain', parameters: [{ ...integers, name: 'a', in: 'path' }] },
      },
    },
  }),
)

const start = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}`))

describe('the collectionFormat of Swagger 2.0', () => {
  const form = operationOf(service, 'form')
  test.each<[name: string, values: readonly string[], errors: readonly string[]]>([
    ['plain', ['1,2'], []],
    ['plain', ['1,x'], ['/plain/1 must be an integer']],
    ['csv', ['1,2'], []],
    ['csv', ['1|2'], ['/csv/0 must be an integer']],
    ['ssv', ['1 2'], []],
    ['ssv', ['1 x'], ['/ssv/1 must be an integer']],
    ['tsv', ['1\t2'], []],
    ['tsv', ['1\tx'], ['/tsv/1 must be an integer']],
    ['pipes', ['1|2'], []],
    ['pipes', ['1|x'], ['/pipes/1 must be an integer']],
    ['multi', ['1', '2'], []],
    ['multi', ['1'], []],
    ['multi', ['1,2'], ['/multi/0 must be an integer']],
    ['nested', ['1|2,3|x'], []],
  ])('in a form: %s takes %j', async (name, values, errors) => {
    const body = values.map((value) => `${name}=${encodeURIComponent(value)}`).join('&')
    expect(wrongWith(form, { body, type: urlencoded })).toEqual(errors.map(start))
    const parts = values.map(
      (value) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const outcome = await form.checkParts(`${multipart}; boundary=x`)?.(
      (async function* () {
        yield await Promise.resolve(Buffer.from(`${parts.join('')}--x--\r\n`))
      })(),
    )
    const found = outcome?.kind === 'invalid' ? outcome.errors : []
    expect(found.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual(errors.map(start))
  })

  test.each<[string, string, readonly string[]]>([
    ['query', '/query?a=1|2,3|x', []],
    ['path', '/path/1|2', []],
    ['plain', '/plain/1,2', []],
    ['plain', '/plain/1|2', ['/path/a/0']],
  ])('in a parameter: %s takes %s', (name, target, errors) => {
    expect(wrongWith(operationOf(service, name), { target })).toEqual(errors.map(start))
  })

  test.each([
    ['form', /the style "lists in lists" of the field "nested" is not understood/],
    ['query', /the style "lists in lists" of query parameter "a" is not understood/],
    ['path', /the style "pipeDelimited" of path parameter "a" is not understood/],
  ])('that is not understood is noted: %s', (name, note) => {
    expect(operationOf(service, name).notes).toContainEqual(expect.stringMatching(note))
  })
})
