/** A page: what it is, that nobody writes it by hand, and its parts with empty lines between. */
export const page = (title: string, parts: readonly string[]): string =>
  `${[
    `# ${title}`,
    '<!-- Made of the code by `npm run docs`; changes here are lost. -->',
    ...parts.filter((part) => part !== ''),
  ].join('\n\n')}\n`

/** A table, or nothing where there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

export const fenced = (language: string, text: string): string =>
  [`\`\`\`${language}`, text.trimEnd(), '```'].join('\n')

export const list = (items: readonly string[]): string =>
  items.map((item) => `- ${item}`).join('\n')

/** A number of milliseconds as it is written in a configuration. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const
  // Seven days, but 24 hours and not one day.
  const found = units.find(([unit, size]) => ms % size === 0 && (unit !== 'd' || ms > size))
  return ms === 0 || found === undefined ? `${ms}ms` : `${ms / found[1]}${found[0]}`
}
