import type { ImportedDocument } from '../app/import-document.ts'
import { showCount } from './show-count.ts'
import { layOut } from './table.ts'
import { paint, type Output } from './terminal.ts'

/** The readiness report, for people: notes that many operations share are told once. */
export function showReport(
  stream: Output,
  { title, name, report }: Pick<ImportedDocument, 'title' | 'name' | 'report'>,
): readonly string[] {
  const dim = (text: string): string => paint(stream, 'dim', text)
  const legend = [...new Set(report.operations.flatMap(({ notes }) => notes))]
  const numbersOf = (notes: readonly string[]): string =>
    notes.map((note) => legend.indexOf(note) + 1).join(' ')
  const head = ['METHOD', 'PATH', 'OPERATION', 'MODE', 'KEY', 'NOTES'].map(dim)
  const rows = report.operations.map(
    ({ method, path, name: operation, mode, idempotency, notes }) => [
      paint(stream, 'bold', method),
      path,
      operation,
      mode,
      idempotency,
      dim(numbersOf(notes)),
    ],
  )
  return [
    `${paint(stream, 'bold', title)}: ${showCount(report.operations.length, 'operation')}, as service '${name}'`,
    '',
    ...indented(layOut([head, ...rows])),
    ...(legend.length === 0 ? [] : ['', 'Notes']),
    ...indented(layOut(legend.map((note, index) => [dim(String(index + 1)), note]))),
    ...(report.notes.length === 0 ? [] : ['', 'Of the document as a whole']),
    ...indented(report.notes),
  ]
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)
