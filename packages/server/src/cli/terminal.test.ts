import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { writeLine } from './terminal.ts'

test.each([
  ['\u001B[32mdelivered\u001B[39m\tto ☃\nand on', '\u001B[32mdelivered\u001B[39m\tto ☃\nand on'],
  ['\u001B[2J\u001B[1;1Hgone', ' [2J [1;1Hgone'],
  ['\u001B]52;c;cm0gLXJm\u0007', ' ]52;c;cm0gLXJm '],
  ['over\r\u009Bunder\b', 'over  under '],
])('a line %j stands on a terminal as %j, and elsewhere as it is', (line, shown) => {
  const write = (isTTY: boolean): string => {
    const chunks: string[] = []
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string, _, done) {
        chunks.push(chunk)
        done()
      },
    })
    writeLine(Object.assign(stream, { isTTY }), line)
    return chunks.join('')
  }
  expect(write(true)).toBe(`${shown}\n`)
  expect(write(false)).toBe(`${line}\n`)
})
