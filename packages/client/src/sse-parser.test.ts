import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseParser, type SseMessage } from './sse-parser.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const parse = (...chunks: readonly (string | Uint8Array)[]): SseMessage[] => {
  const parser = createSseParser()
  return chunks.flatMap((chunk) => parser.push(typeof chunk === 'string' ? bytes(chunk) : chunk))
}

const message = (data: string, id = '', event = 'message'): SseMessage => ({ id, event, data })

describe('the event stream parser', () => {
  it.each<[string, string, SseMessage[]]>([
    ['one message', 'data: a\n\n', [message('a')]],
    ['all fields', 'id: 7\nevent: job.running\ndata: {}\n\n', [message('{}', '7', 'job.running')]],
    ['CRLF', 'id: 1\r\ndata: a\r\n\r\ndata: b\r\n\r\n', [message('a', '1'), message('b', '1')]],
    ['CR', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['mixed line ends', 'data: a\r\ndata: b\rdata: c\n\r\n', [message('a\nb\nc')]],
    ['a byte order mark', '\uFEFFdata: a\n\n', [message('a')]],
    ['a byte order mark in the middle is text', 'data: \uFEFFa\n\n', [message('\uFEFFa')]],
    ['many lines of data', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
    ['only the first space goes', 'data:  a \ndata:b\n\n', [message(' a \nb')]],
    ['comments', ': hello\n:\ndata: a\n: more\n\n', [message('a')]],
    ['no data, no message', 'event: x\nid: 3\n\ndata: a\n\n', [message('a', '3')]],
    ['empty data is a message', 'data\n\n', [message('')]],
    ['an id with NUL does not count', 'id: 1\nid: 2\0\ndata: a\n\n', [message('a', '1')]],
    ['an empty id forgets', 'id: 1\ndata: a\n\nid\ndata: b\n\n', [message('a', '1'), message('b')]],
    ['unknown fields', 'foo: bar\nDATA: x\ndata: a\n\n', [message('a')]],
    ['a value with colons', 'data: a:b: c\n\n', [message('a:b: c')]],
    ['what is cut off at the end', 'data: a\n\ndata: b\n', [message('a')]],
    ['letters beyond ASCII', 'data: Žluťoučký 🐴\n\n', [message('Žluťoučký 🐴')]],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  it('does not take the two halves of a CRLF for two ends of lines', () => {
    expect(parse('data: a\r', '\ndata: b\r', '', '\n', '\r', '\n')).toEqual([message('a\nb')])
  })

  it('gives a message as soon as its empty line is there, though it may become a CRLF', () => {
    expect(parse('data: a\r\n\r')).toEqual([message('a')])
  })

  it.each([
    ['retry: 3000\n', 3000],
    ['retry: 3s\n', null],
    ['retry:\n', null],
    ['retry: 1\nretry: 2\n', 2],
  ])('reads the reconnection time of %j', (text, expected) => {
    const parser = createSseParser()
    parser.push(bytes(text))
    expect(parser.retryMs).toBe(expected)
  })

  it('gives the same messages however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'data: ',
      'data',
      'id: 4',
      'event: x',
      ':c',
      '🐴é',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\uFEFF',
      'retry: 5',
    )
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, cuts) => {
        const whole = bytes(pieces.join(''))
        const ends = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length]
        const sorted = ends.toSorted((a, b) => a - b)
        const chunks = sorted.map((end, index) => whole.subarray(sorted[index - 1] ?? 0, end))
        expect(parse(...chunks)).toEqual(parse(whole))
      }),
    )
  })

  it('gives back what was written', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !/[\r\n\0]/.test(value))
    const written = fc.record({ id: text, event: text.filter((value) => value !== ''), data: text })
    fc.assert(
      fc.property(fc.array(written), (messages) => {
        const stream = messages.map(
          ({ id, event, data }) => `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`,
        )
        expect(parse(stream.join(''))).toEqual(messages)
      }),
    )
  })
})
