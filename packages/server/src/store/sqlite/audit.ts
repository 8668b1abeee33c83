import type { Database } from './database.ts'
import type { DeadTally } from './dead-tally.ts'
import { checkDeliveryTally, deliveryChecks } from './deliveries/audit.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { isEnded } from './stage.ts'
import type { Tally } from './tally.ts'

type Check = readonly [what: string, sql: string]

/** Each finds what must not be; the first column names the first few of it. */
const checks: readonly Check[] = [
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
       WHERE head.operation = job.operation AND head.tenant = job.tenant
         AND head.key = job.key AND head.key IS NOT NULL
         AND head.stage < 7 AND head.stage <> 3)`,
  ],
  [
    'two jobs of one key are let go',
    `SELECT min(id) FROM jobs WHERE key IS NOT NULL AND stage < 7 AND stage <> 3
     GROUP BY operation, tenant, key HAVING count(*) > 1`,
  ],
  [
    'an ended job has no time of its end',
    'SELECT id FROM jobs WHERE stage >= 7 AND finished_at IS NULL',
  ],
  ['a batch lists no job', 'SELECT id FROM batches WHERE id NOT IN (SELECT batch FROM batch_jobs)'],
  [
    'a job is of a batch that does not list it',
    `SELECT id FROM jobs WHERE more ->> 'batch' IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM batch_jobs
       WHERE batch_jobs.batch = jobs.more ->> 'batch' AND batch_jobs.job = jobs.id)`,
  ],
  [
    'a list belongs to no batch',
    'SELECT batch FROM batch_jobs WHERE batch NOT IN (SELECT id FROM batches)',
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
    'a blob is kept for no job',
    `SELECT id FROM blobs WHERE job NOT IN (SELECT id FROM jobs)
       AND job NOT IN (SELECT id FROM quarantine)`,
  ],
  [
    'an event belongs to no channel, or has an offset that its channel has not given out',
    `SELECT channel FROM published WHERE offset > coalesce(
       (SELECT last FROM channels WHERE channels.id = published.channel), 0)`,
  ],
  [
    'an attachment belongs to no definition',
    `SELECT hash FROM definition_attachments WHERE hash NOT IN
       (SELECT attachment FROM definitions WHERE attachment IS NOT NULL)`,
  ],
  [
    'a definition has lost its attachment',
    `SELECT kind || ' ' || name FROM definitions WHERE attachment IS NOT NULL
       AND attachment NOT IN (SELECT hash FROM definition_attachments)`,
  ],
  [
    'a channel has a gap in its offsets',
    `SELECT channel FROM events GROUP BY channel
     HAVING count(*) <> max(offset) - min(offset) + 1`,
  ],
  [
    'a channel counts otherwise than its events',
    `SELECT id FROM channels WHERE last < (SELECT max(offset) FROM events WHERE channel = id)`,
  ],
  ...deliveryChecks,
]

const examples = 3

/** One check of many. */
export interface AuditStep {
  readonly findings: readonly string[]
  readonly isLast: boolean
}

/**
 * Checks the file and what is stored in it, one check or one table a command: all together would
 * keep everybody waiting for seconds where a million jobs are stored.
 */
export function createAudit(parts: Parts): Handler {
  const { db, tally, deadTally, deliveryTally, published } = parts
  const steps: readonly (() => readonly string[])[] = [
    ...tablesIn(db).map((table) => () => checkFile(db, 'quick_check', table)),
    ...checks.map((check) => () => find(db, check)),
    () => checkDeliveryTally(db, deliveryTally),
    () => checkTally(db, tally, deadTally),
  ]
  return plain(false, (step: number): AuditStep => {
    // Events of the same transaction are there before their channels have moved.
    published.place()
    return { findings: steps[step]?.() ?? [], isLast: step >= steps.length - 1 }
  })
}

const tablesIn = (db: Database): readonly string[] =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .rows()
    .map(([name]) => String(name))

/** What can be said of the file alone, whoever opens it. */
export const checkStored = (db: Database, how: FileCheck = 'quick_check'): readonly string[] => [
  ...checkFile(db, how),
  ...checks.flatMap((check) => find(db, check)),
]

function find(db: Database, [what, sql]: Check): readonly string[] {
  const found = db.prepare(`${sql} LIMIT ${examples}`).rows()
  return found.length === 0 ? [] : [`${what}: ${found.map((row) => row[0]).join(', ')}`]
}

/** The quick one leaves out whether indexes and tables say the same. */
type FileCheck = 'quick_check' | 'integrity_check'

/** @param table alone, with its indexes; without one the file as a whole */
export function checkFile(db: Database, how: FileCheck, table?: string): readonly string[] {
  const found = db
    .prepare(table === undefined ? `PRAGMA ${how}` : `PRAGMA ${how}(${table})`)
    .rows()
    .map(([line]) => String(line))
  return found.length === 1 && found[0] === 'ok' ? [] : found.map((line) => `the file: ${line}`)
}

const deadLetters = 'SELECT operation, count(*) FROM jobs WHERE dead_letter = 1 GROUP BY 1'

const readyByTenant =
  'SELECT operation, tenant, count(*) FROM jobs WHERE stage = 1 GROUP BY operation, tenant'

function checkTally(db: Database, tally: Tally, deadTally: DeadTally): readonly string[] {
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
  for (const [operation, tenant, count] of db.prepare(readyByTenant).rows()) {
    stored.set(`${String(operation)} of ${String(tenant)}`, Number(count))
  }
  for (const operation of tally.ready.operations) {
    for (const [tenant, count] of tally.ready.of(operation)?.counts ?? []) {
      counted.set(`${operation} of ${tenant}`, count)
    }
  }
  for (const [operation, count] of db.prepare(deadLetters).rows()) {
    stored.set(`dead letters of ${String(operation)}`, Number(count))
  }
  for (const [operation, count] of deadTally.all()) {
    counted.set(`dead letters of ${operation}`, count)
  }
  return [...new Set([...stored.keys(), ...counted.keys()])]
    .filter((name) => stored.get(name) !== counted.get(name))
    .map((name) => `${name}: ${stored.get(name) ?? 0} stored, ${counted.get(name) ?? 0} counted`)
}
