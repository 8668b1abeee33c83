import type { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '../../packages/server/src/store/sqlite/open.ts'
import { checkIntegrity, openCopy, rowsOf } from './data-file.ts'
import { readLines, type Entry } from './journal.ts'
import type { RunLine } from './order.ts'

export interface Places {
  readonly data: string
  readonly scratch: string
  readonly journal: string
  readonly runs: string
}

/** How much was looked at. */
export interface Census {
  readonly accepted: number
  readonly outcomes: number
  readonly runs: number
  /** Runs that were begun more often than once, because a process died. */
  readonly repeated: number
}

interface Outcome {
  readonly state: string
  readonly time: number
}

interface Evidence {
  readonly entries: readonly Entry[]
  readonly lines: readonly RunLine[]
  readonly jobs: ReadonlyMap<string, { readonly stage: number; readonly run: number }>
  readonly gone: ReadonlySet<string>
  /** By job and run. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
}

/** What each stage of a job that has ended is called. */
const stateOf: Readonly<Record<number, string>> = { 7: 'succeeded', 8: 'failed', 9: 'cancelled' }
const runOf = (job: string, run: number): string => `${job} run ${run}`

/** Holds what clients and handlers saw against what is stored at the end. */
export async function verify(places: Places, report: (finding: string) => void): Promise<Census> {
  const findings: string[] = await auditOf(places.data)
  using db = await openCopy(places.data, places.scratch)
  findings.push(...checkIntegrity(db))
  const evidence = await gather(db, places)
  findings.push(
    ...unfinished(db),
    ...lost(evidence),
    ...outcomesPerRun(evidence),
    ...contradicted(evidence),
    ...wrongResults(db, evidence),
    ...ranAfterItsOutcome(evidence),
    ...neverRan(evidence),
    ...outOfOrder(evidence),
  )
  for (const finding of findings) report(finding)
  return count(evidence)
}

/** What the store itself finds, opened once more. */
async function auditOf(folder: string): Promise<string[]> {
  await using store = await openSqliteStore({ folder })
  return [...(await store.upkeep.audit())]
}

async function gather(db: DatabaseSync, places: Places): Promise<Evidence> {
  const outcomes = new Map<string, Outcome[]>()
  for (const { job, run, type, time } of rowsOf(db, 'SELECT job, run, type, time FROM events')) {
    const name = runOf(String(job), Number(run))
    const outcome = { state: stateOf[Number(type)] ?? `type ${type}`, time: Number(time) }
    outcomes.set(name, [...(outcomes.get(name) ?? []), outcome])
  }
  const jobs = rowsOf(db, 'SELECT id, stage, run FROM jobs').map(
    ({ id, stage, run }) => [String(id), { stage: Number(stage), run: Number(run) }] as const,
  )
  return {
    entries: await readLines<Entry>(places.journal),
    lines: await readLines<RunLine>(places.runs),
    jobs: new Map(jobs),
    gone: new Set(rowsOf(db, 'SELECT id FROM tombstones').map(({ id }) => String(id))),
    outcomes,
  }
}

const unfinished = (db: DatabaseSync): readonly string[] => [
  ...rowsOf(db, 'SELECT id, stage FROM jobs WHERE stage < 7').map(
    ({ id, stage }) => `${id} has not ended: it is in stage ${stage}`,
  ),
  ...rowsOf(db, 'SELECT id, reason FROM quarantine').map(
    ({ id, reason }) => `${id} is in quarantine: ${reason}`,
  ),
]

const lost = ({ entries, jobs, gone, outcomes }: Evidence): readonly string[] =>
  entries.flatMap((entry) => {
    const { told, job } = entry
    if (!jobs.has(job) && !gone.has(job)) return [`${job} was ${told} and is lost`]
    const run = 'run' in entry ? entry.run : 1
    return outcomes.has(runOf(job, run)) ? [] : [`${job} was ${told} and run ${run} has no outcome`]
  })

/** One outcome for every run up to the last, which is the one that the job shows. */
function outcomesPerRun({ jobs, outcomes }: Evidence): readonly string[] {
  const findings = [...outcomes]
    .filter(([, all]) => all.length !== 1)
    .map(
      ([run, all]) =>
        `${run} has ${all.length} outcomes: ${all.map((each) => each.state).join(', ')}`,
    )
  for (const [job, { stage, run: last }] of jobs) {
    for (let run = 1; run <= last; run += 1) {
      if (!outcomes.has(runOf(job, run))) findings.push(`${runOf(job, run)} has no outcome`)
    }
    const shown = outcomes.get(runOf(job, last))?.[0]?.state
    if (shown !== stateOf[stage]) findings.push(`${job} is in stage ${stage}, its event: ${shown}`)
  }
  return findings
}

/** Somebody was told something else than what stands now. */
const contradicted = ({ entries, outcomes }: Evidence): readonly string[] =>
  entries.flatMap((entry) => {
    if (entry.told !== 'outcome') return []
    const stands = outcomes.get(runOf(entry.job, entry.run))?.[0]?.state
    return stands === entry.state
      ? []
      : [`${runOf(entry.job, entry.run)} was told to be ${entry.state}, and is ${stands}`]
  })

/** A success has the result that its order asked for. */
function wrongResults(db: DatabaseSync, { entries }: Evidence): readonly string[] {
  const orders = new Map<string, number>()
  for (const entry of entries) if (entry.told === 'accepted') orders.set(entry.job, entry.n)
  const rows = rowsOf(
    db,
    `SELECT id, CAST(body AS TEXT) AS body FROM jobs LEFT JOIN results ON job = id
     WHERE stage = 7`,
  )
  return rows.flatMap(({ id, body }) => {
    if (body === null) return [`${id} succeeded and has no result`]
    const { n } = JSON.parse(String(body)) as { readonly n: number }
    const ordered = orders.get(String(id))
    return ordered === undefined || ordered === n ? [] : [`${id}: result ${n} of order ${ordered}`]
  })
}

/** What was begun when its outcome was there already. */
const ranAfterItsOutcome = ({ lines, outcomes }: Evidence): readonly string[] =>
  lines.flatMap(({ what, job, run, at }) => {
    const end = outcomes.get(runOf(job, run))?.[0]
    return what === 'start' && end !== undefined && at > end.time
      ? [`${runOf(job, run)} was begun ${at - end.time} ms after its outcome`]
      : []
  })

/** Successes out of thin air. */
function neverRan({ lines, outcomes }: Evidence): readonly string[] {
  const ended = new Set(
    lines.filter(({ what }) => what === 'end').map((line) => runOf(line.job, line.run)),
  )
  return [...outcomes]
    .filter(([run, [outcome]]) => outcome?.state === 'succeeded' && !ended.has(run))
    .map(([run]) => `${run} succeeded and was never run to its end`)
}

/** Jobs with the same key were accepted in the order of their numbers, one at a time. */
function outOfOrder({ lines, outcomes }: Evidence): readonly string[] {
  const findings: string[] = []
  const current = new Map<string, RunLine>()
  for (const line of lines) {
    if (line.key === null || line.what !== 'start') continue
    const before = current.get(line.key)
    current.set(line.key, line)
    if (before === undefined || before.job === line.job) continue
    const end = outcomes.get(runOf(before.job, before.run))?.[0]
    const name = `${line.key}: ${line.job} (order ${line.n})`
    if (line.n < before.n) findings.push(`${name} was begun after order ${before.n}`)
    if (end === undefined || line.at < end.time) {
      findings.push(`${name} was begun before ${before.job} (order ${before.n}) had ended`)
    }
  }
  return findings
}

function count({ entries, lines, outcomes }: Evidence): Census {
  const starts = lines.filter(({ what }) => what === 'start')
  const firsts = new Set(starts.map(({ job, run, attempt }) => `${job} ${run} ${attempt}`))
  return {
    accepted: new Set(entries.map(({ job }) => job)).size,
    outcomes: outcomes.size,
    runs: starts.length,
    repeated: starts.length - firsts.size,
  }
}
