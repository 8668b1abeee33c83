import { describe, expect, test } from 'vitest'
import { fitLine } from './fit-line.ts'

describe('a line that is drawn again and again', () => {
  test.each([
    ['fits', 'running  50%', 13, 'running  50%'],
    ['is cut before the last column', 'running  50%', 12, 'running  5…'],
    ['stays whole where nobody knows the width', 'running  50%', undefined, 'running  50%'],
    [
      'keeps its colours, which take no room',
      '\u001B[36mrunning\u001B[39m  50%',
      13,
      '\u001B[36mrunning\u001B[39m  50%',
    ],
    [
      'ends its colours where it is cut',
      '\u001B[36mrunning\u001B[39m  \u001B[2mhalf way\u001B[22m',
      8,
      '\u001B[36mrunnin\u001B[39m\u001B[2m\u001B[22m…',
    ],
    ['counts wide letters twice', '進捗 進捗', 6, '進捗…'],
    ['has one row, whatever a message holds', 'a\r\nb\u0007', 20, 'a b '],
  ])('%s', (_, line, columns, shown) => {
    expect(fitLine(line, columns)).toBe(shown)
  })
})
