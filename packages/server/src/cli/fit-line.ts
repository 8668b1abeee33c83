const sequence = /\p{Cc}\[[\d;]*m/gu
/** Letters of East Asia and pictures take two columns (Unicode Standard Annex 11, roughly). */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u
const unprintable = /[\p{Cc}\u2028\u2029]+/gu

/**
 * Cuts a line that is drawn over and over so that it stays in one row: what went over the edge would
 * stand there for ever, a row more each time. Colours take no room and are kept.
 *
 * @param columns how wide the terminal is; undefined where nobody knows
 */
export function fitLine(line: string, columns: number | undefined): string {
  const colours = line.match(sequence) ?? []
  const texts = line.split(sequence).map((text) => text.replaceAll(unprintable, ' '))
  // The last column stays free, because some terminals go on to the next row with it.
  const room = columns === undefined || columns < 2 ? Infinity : columns - 1
  const isTooLong = texts.reduce((sum, text) => sum + widthOf(text), 0) > room
  let left = isTooLong ? room - 1 : room
  const kept = texts.map((text) => {
    const part = take(text, left)
    left = part.length < text.length ? 0 : left - widthOf(part)
    return part
  })
  const shown = kept.map((text, index) => text + (colours[index] ?? '')).join('')
  return isTooLong ? `${shown}…` : shown
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const lettersOf = (text: string): readonly string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment)

const widthOf = (text: string): number =>
  lettersOf(text).reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0)

function take(text: string, columns: number): string {
  let used = 0
  let end = 0
  for (const letter of lettersOf(text)) {
    used += wide.test(letter) ? 2 : 1
    if (used > columns) break
    end += letter.length
  }
  return text.slice(0, end)
}
