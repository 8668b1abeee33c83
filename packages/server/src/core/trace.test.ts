import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedState, childOf, formatTraceparent, newTrace, parseTraceparent } from './trace.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'

describe('traceparent', () => {
  it.each([
    ['of our version', `00-${trace}-${span}-01`, 1],
    ['not recorded', `00-${trace}-${span}-00`, 0],
    ['with flags of a later level', `00-${trace}-${span}-ff`, 255],
    ['of a later version', `cc-${trace}-${span}-01`, 1],
    ['of a later version with more fields', `cc-${trace}-${span}-01-what-the-future-brings`, 1],
    ['with space around it', ` 00-${trace}-${span}-01\t`, 1],
  ])('is read: %s', (_, header, flags) => {
    expect(parseTraceparent(header)).toMatchObject({ traceId: trace, parentId: span, flags })
  })

  it.each([
    ['the forbidden version', `ff-${trace}-${span}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${span}-01`],
    ['a span of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${trace.toUpperCase()}-${span}-01`],
    ['more fields than version 00 has', `00-${trace}-${span}-01-more`],
    ['a later version with fields run together', `cc-${trace}-${span}-01more`],
    ['a short trace', `00-${trace.slice(1)}-${span}-01`],
    ['no hex', `00-${trace.slice(1)}g-${span}-01`],
    ['a missing part', `00-${trace}-${span}`],
    ['nothing', ''],
    ['two of them', `00-${trace}-${span}-01,00-${trace}-${span}-01`],
  ])('is refused: %s', (_, header) => {
    expect(parseTraceparent(header)).toBeNull()
  })

  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

  it('is valid again when it is written, also out of broken chance', () => {
    fc.assert(
      fc.property(bytes(24), bytes(8), fc.boolean(), (random, spanId, sampled) => {
        for (const source of [random, new Uint8Array(24)]) {
          const parent = newTrace(source, sampled)
          const child = childOf(parent, spanId)
          expect(parseTraceparent(formatTraceparent(child))).toEqual(child)
          expect(child).toMatchObject({ traceId: parent.traceId, flags: sampled ? 1 : 0 })
        }
      }),
    )
  })

  it('keeps of a later version only what we know', () => {
    const parent = parseTraceparent(`cc-${trace}-${span}-fd-more`)
    expect(parent && formatTraceparent(parent)).toBe(`00-${trace}-${span}-01`)
  })
})

describe('tracestate', () => {
  const entry = (key: string, length: number) => `${key}=`.padEnd(length, 'x')
  const short = ['a', 'b', 'c', 'd', 'e'].map((key) => entry(key, 100))

  it.each([
    ['goes as it is up to 512 characters', ' a=1 , b=2', ' a=1 , b=2'],
    [
      'loses its last entries',
      [...short, entry('f', 9), entry('g', 9)].join(', '),
      short.join(','),
    ],
    ['loses long entries first', [entry('z', 300), ...short].join(','), short.join(',')],
    ['may be nothing then', entry('z', 600), null],
  ])('%s', (_, header, carried) => {
    expect(boundedState(header)).toBe(carried)
  })
})
