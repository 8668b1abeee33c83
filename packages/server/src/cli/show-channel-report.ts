import type { ChannelChanges, ChannelReport } from './import-channels-into.ts'
import { showCount } from './show-count.ts'
import { layOut } from './table.ts'
import { paint, type Output } from './terminal.ts'

/** The readiness report of channels, for people: notes that many share are told once. */
export function showChannelReport(
  stream: Output,
  title: string,
  { channels, notes }: ChannelReport,
): readonly string[] {
  const dim = (text: string): string => paint(stream, 'dim', text)
  const legend = [...new Set(channels.flatMap((channel) => channel.notes))]
  const rows = channels.map(({ name, address, directions, messages, notes: own }) => [
    paint(stream, 'bold', name),
    address ?? '(none)',
    directions.join(', '),
    messages.join(', '),
    dim(own.map((note) => legend.indexOf(note) + 1).join(' ')),
  ])
  const head = ['CHANNEL', 'ADDRESS', 'DIRECTION', 'MESSAGES', 'NOTES'].map(dim)
  return [
    `${paint(stream, 'bold', title)}: ${showCount(channels.length, 'channel')}`,
    '',
    ...indented(layOut([head, ...rows])),
    ...(legend.length === 0 ? [] : ['', 'Notes']),
    ...indented(layOut(legend.map((note, index) => [dim(String(index + 1)), note]))),
    ...(notes.length === 0 ? [] : ['', 'Of the document as a whole']),
    ...indented(notes),
  ]
}

/** Of a document with hundreds of channels, what a person reads. */
const mostNotes = 12

/** What by its words is not checked, or not declared at all. */
const loosens =
  /any data|any is taken|not checked|cannot be checked|not fetched|any value|is left out|has no meaning/

/** The notes without the table, those that loosen what is checked first. */
export function showChannelNotes(
  stream: Output,
  { channels, notes }: ChannelReport,
): readonly string[] {
  const channelsOf = new Map<string, string[]>()
  for (const { name, notes: own } of channels)
    for (const note of own) channelsOf.set(note, [...(channelsOf.get(note) ?? []), name])
  const all = [
    ...[...channelsOf].map(([note, [first = '', ...others]]) => {
      const more = others.length === 0 ? '' : ` and ${others.length} more`
      return { note, text: `${first}${more}: ${note}` }
    }),
    ...notes.map((note) => ({ note, text: note })),
  ]
  const sorted = all.toSorted((a, b) => Number(loosens.test(b.note)) - Number(loosens.test(a.note)))
  const shown = sorted.slice(0, mostNotes).map(({ note, text }) => {
    const mark = loosens.test(note) ? paint(stream, 'yellow', '!') : paint(stream, 'dim', '·')
    return `${mark} ${text}`
  })
  const left = sorted.length - shown.length
  return indented(
    left === 0 ? shown : [...shown, `… and ${showCount(left, 'note')} more; --dry-run shows all`],
  )
}

/** What a second import changes: what breaks publishers or readers is red. */
export function showChannelChanges(stream: Output, changes: ChannelChanges): readonly string[] {
  const { added, changed } = changes
  if (added.length + changed.length === 0) return ['  Nothing changed.']
  const breaks = paint(stream, 'red', 'breaks')
  const rows = [
    ...added.map((name) => [paint(stream, 'green', '+'), name, '']),
    ...changed.map(({ name, breaking }) => ['~', name, breaking ? breaks : '']),
  ]
  const details = changed.flatMap((each) => [
    '',
    `  ${each.name}`,
    ...layOut(
      each.changes.map(({ breaking, pointer, detail }) => [
        breaking ? breaks : 'notes',
        pointer || '(whole)',
        detail,
      ]),
    ).map((line) => `    ${line}`),
  ])
  return [...indented(layOut(rows)), ...details]
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)
