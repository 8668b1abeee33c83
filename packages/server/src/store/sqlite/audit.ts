import type { Database } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { isEnded } from './stage.ts'
import type { Tally } from './tally.ts'

/** Each finds what must not be; the first column names the first few of it. */
const checks: readonly (readonly [what: string, sql: string])[] = [
  [
    'a runnable or waiting job has a lease',
    'SELECT id FROM jobs WHERE stage <> 4 AND lease_until IS NOT NULL',
  ],
  [
    'a running job has no lease',
    'SELECT id FROM jobs WHERE stage = 4 AND (lease_until IS NULL OR node IS NULL)',
  ],
  [
    'a job is blocked behind nothing',
    `SELECT id FROM jobs AS job WHERE stage = 3 AND NOT EXISTS (
       SELECT 1 FROM jobs AS head
       WHERE head.operation = job.operation AND head.key = job.key AND head.key IS NOT NULL
         AND head.stage < 7 AND head.stage <> 3)`,
  ],
  [
    'two jobs of one key are let go',
    `SELECT min(id) FROM jobs WHERE key IS NOT NULL AND stage < 7 AND stage <> 3
     GROUP BY operation, key HAVING count(*) > 1`,
  ],
  [
    'an ended job has no time of its end',
    'SELECT id FROM jobs WHERE stage >= 7 AND finished_at IS NULL',
  ],
  ['a job both stands and is gone', 'SELECT id FROM tombstones WHERE id IN (SELECT id FROM jobs)'],
  ...['inputs', 'results', 'pieces', 'failures'].map(
    (table) =>
      [
        `a row of ${table} belongs to no job`,
        `SELECT job FROM ${table} WHERE job NOT IN (SELECT id FROM jobs)
           AND job NOT IN (SELECT id FROM quarantine)`,
      ] as const,
  ),
  [
    'a channel has a gap in its offsets',
    `SELECT channel FROM events GROUP BY channel
     HAVING count(*) <> max(offset) - min(offset) + 1`,
  ],
  [
    'a channel counts otherwise than its events',
    `SELECT id FROM channels WHERE last < (SELECT max(offset) FROM events WHERE channel = id)`,
  ],
]

const examples = 3

/** Checks the file and what is stored in it; takes as long as there is to read. */
export function createAudit({ db, tally }: Parts): Handler {
  return plain(false, (): readonly string[] => [
    ...checkFile(db),
    ...checks.flatMap(([what, sql]) => {
      const found = db.prepare(`${sql} LIMIT ${examples}`).rows()
      return found.length === 0 ? [] : [`${what}: ${found.map((row) => row[0]).join(', ')}`]
    }),
    ...checkTally(db, tally),
  ])
}

function checkFile(db: Database): readonly string[] {
  const found = db
    .prepare('PRAGMA quick_check')
    .rows()
    .map(([line]) => String(line))
  return found.length === 1 && found[0] === 'ok' ? [] : found.map((line) => `the file: ${line}`)
}

function checkTally(db: Database, tally: Tally): readonly string[] {
  const rows = db.prepare('SELECT operation, stage, count(*) FROM jobs GROUP BY 1, 2').rows()
  const stored = new Map<string, number>()
  for (const [operation, at, count] of rows) {
    if (!isEnded(at as number)) stored.set(`${String(operation)} ${String(at)}`, Number(count))
  }
  const counted = new Map<string, number>()
  for (const [operation, counts] of tally.all()) {
    for (const [at, count] of counts.entries()) {
      if (count !== 0) counted.set(`${operation} ${at}`, count)
    }
  }
  return [...new Set([...stored.keys(), ...counted.keys()])]
    .filter((name) => stored.get(name) !== counted.get(name))
    .map((name) => `${name}: ${stored.get(name) ?? 0} stored, ${counted.get(name) ?? 0} counted`)
}
