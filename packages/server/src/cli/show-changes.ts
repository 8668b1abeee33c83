import type { ServerChanges } from './import-into.ts'
import { layOut } from './table.ts'
import { paint, type Output } from './terminal.ts'

/** What a second import changes, for people: what breaks callers first and in red. */
export function showChanges(stream: Output, changes: ServerChanges): readonly string[] {
  const { added, removed, changed } = changes
  if (added.length + removed.length + changed.length === 0) return ['  Nothing changed.']
  const breaks = paint(stream, 'red', 'breaks')
  const rows = [
    ...removed.map((each) => ['-', `${each.method} ${each.path}`, each.name, breaks]),
    ...added.map((each) => [
      paint(stream, 'green', '+'),
      `${each.method} ${each.path}`,
      each.name,
      '',
    ]),
    ...changed.map((each) => [
      '~',
      `${each.method} ${each.path}`,
      each.name,
      each.breaking ? breaks : '',
    ]),
  ]
  return [
    ...layOut(rows).map((line) => `  ${line}`),
    ...changed.flatMap((each) => ['', `  ${each.name}`, ...showOne(stream, each.changes)]),
  ]
}

const showOne = (
  stream: Output,
  changes: ServerChanges['changed'][number]['changes'],
): readonly string[] =>
  layOut(
    changes.map(({ breaking, pointer, detail }) => [
      breaking ? paint(stream, 'red', 'breaks') : 'notes',
      pointer || '(whole)',
      detail,
    ]),
  ).map((line) => `    ${line}`)
