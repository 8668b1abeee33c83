import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../support/folder.ts'
import { seededRandom, type SeededRandom } from '../support/random.ts'
import { NotStarted, startServer, type Server } from '../support/server.ts'
import { ask, createTarget, type Target } from './caller.ts'
import { checkIntegrity, openCopy } from './data-file.ts'
import { openJournal } from './journal.ts'
import { watchLeases, type LeaseWatch } from './leases.ts'
import { startLoad } from './load.ts'
import { chooseMoment, nameOf, type Moment } from './moment.ts'
import { writePlan } from './point.ts'
import { verify, type Census } from './verify.ts'

export interface WorldOptions {
  /** How many servers die on the same data. */
  readonly rounds: number
  readonly seed: number
}

export interface WorldReport {
  readonly findings: readonly string[]
  /** How many died where. */
  readonly deaths: Readonly<Record<string, number>>
  /** How many were to die at a point that they did not come to pass. */
  readonly missed: number
  /** How long the last server took to end all that was left. */
  readonly settledMs: number
  readonly census: Census
}

const leaseMs = 2_000
/** A planned point that is not passed by then is given up. */
const pointMs = 2_000
/** Work and pauses of a slow machine, on top of the two leases that are promised. */
const slackMs = 40_000

interface World {
  readonly folder: string
  readonly data: string
  readonly runs: string
  readonly target: Target
  readonly random: SeededRandom
  readonly leases: LeaseWatch
  readonly findings: string[]
}

/** Lets one server after the other die on the same data, under load, and then looks at it all. */
export async function runWorld({ rounds, seed }: WorldOptions): Promise<WorldReport> {
  await using folder = await temporaryFolder('crash')
  const world = createWorld(folder.path, seed)
  const { target, random, findings } = world
  const deaths: Record<string, number> = {}
  let missed = 0
  const journalFile = join(folder.path, 'journal.jsonl')
  const journal = await openJournal(journalFile)
  const load = startLoad({ target, journal, random, report: (finding) => findings.push(finding) })
  for (let round = 0; round < rounds; round += 1) {
    const moment = chooseMoment(random, round)
    const came = await playRound(world, moment)
    if (came) deaths[nameOf(moment)] = (deaths[nameOf(moment)] ?? 0) + 1
    else missed += 1
  }
  const settledMs = await endInOrder(world, () => load.stop())
  await journal[Symbol.asyncDispose]()
  const census = await verify(
    {
      data: world.data,
      scratch: join(folder.path, 'copy'),
      journal: journalFile,
      runs: world.runs,
    },
    (finding) => findings.push(finding),
  )
  return { findings, deaths, missed, settledMs, census }
}

const createWorld = (folder: string, seed: number): World => ({
  folder,
  data: join(folder, 'data'),
  runs: join(folder, 'runs.jsonl'),
  target: createTarget(),
  random: seededRandom(seed),
  leases: watchLeases(leaseMs),
  findings: [],
})

/** @returns whether it died at the moment that was meant */
async function playRound(world: World, moment: Moment): Promise<boolean> {
  const abort = new AbortController()
  const plan = moment.kind === 'point' ? { CRASH_PLAN: writePlan(moment.plan) } : {}
  if (moment.kind === 'boot') setTimeout(() => abort.abort(), moment.afterMs)
  const started = performance.now()
  const server = await start(world, plan, abort.signal)
  if (server instanceof NotStarted) {
    await lookAtTheDead(world, moment, server.stderr, 0)
    if (server.exit.signal !== 'SIGKILL') throw server
    return true
  }
  world.target.set(server.url)
  const came = await killAt(server, moment)
  const { signal } = await server.exited
  world.target.clear()
  // One that was asked to stop may have been quicker than its killer.
  if (signal !== 'SIGKILL' && moment.kind !== 'drain') {
    world.findings.push(`a server ended by itself with ${signal}: ${server.stderr()}`)
  }
  await lookAtTheDead(world, moment, server.stderr(), performance.now() - started)
  return came
}

async function start(
  { data, runs, folder }: World,
  plan: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Server | NotStarted> {
  try {
    return await startServer({
      main: new URL('./server-main.ts', import.meta.url),
      config: new URL('./crash.config.ts', import.meta.url),
      data,
      env: {
        CRASH_RUNS: runs,
        // What is compiled once need not be compiled again for every life; those who are killed keep
        // little of it, so that what others kept is better.
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(folder, 'compiled'),
        ...plan,
      },
      signal,
      timeoutMs: 60_000,
    })
  } catch (error) {
    if (error instanceof NotStarted) return error
    throw error
  }
}

async function killAt(server: Server, moment: Moment): Promise<boolean> {
  switch (moment.kind) {
    case 'boot':
      await server.exited
      return true
    case 'random':
      await sleep(moment.afterMs)
      break
    case 'drain':
      await sleep(moment.afterMs)
      server.kill('SIGTERM')
      await sleep(moment.drainMs)
      break
    case 'point': {
      const died = server.exited.then(() => true)
      if (await Promise.race([died, sleep(pointMs, false)])) return true
      server.kill('SIGKILL')
      return false
    }
  }
  server.kill('SIGKILL')
  return true
}

async function lookAtTheDead(
  { data, folder, leases, findings }: World,
  moment: Moment,
  stderr: string,
  upMs: number,
): Promise<void> {
  const after = `after a death at "${nameOf(moment)}"`
  const errors = stderr.split('\n').filter((line) => line.includes('"level":"error"'))
  for (const line of errors) findings.push(`a server logged ${line}`)
  using db = await openCopy(data, join(folder, 'copy'))
  for (const line of checkIntegrity(db)) findings.push(`${after}: ${line}`)
  // A database that was never made has no tables.
  const [tables] = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'jobs'").all()
  if (tables === undefined) return
  for (const lease of leases.look(db, upMs)) findings.push(`${after}: stuck: ${lease}`)
}

/** @returns how long it took to end all jobs once the clients had gone */
async function endInOrder(world: World, stopLoad: () => Promise<void>): Promise<number> {
  const { target, findings } = world
  const server = await start(world, {}, new AbortController().signal)
  if (server instanceof NotStarted) throw server
  await using _server = server
  target.set(server.url)
  const loadEnded = stopLoad()
  if (!(await isTrueSoon(() => Promise.race([loadEnded.then(() => true), sleep(25, false)])))) {
    findings.push('clients still wait for their jobs')
  }
  const began = performance.now()
  if (!(await isTrueSoon(() => isIdle(target)))) findings.push('jobs did not end')
  const settledMs = Math.round(performance.now() - began)
  const { code } = await server.stop()
  target.close()
  await loadEnded
  if (code !== 0) findings.push(`the last server ended with code ${code}: ${server.stderr()}`)
  return settledMs
}

async function isTrueSoon(look: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + 2 * leaseMs + slackMs
  while (performance.now() < end) {
    if (await look()) return true
    await sleep(25)
  }
  return false
}

async function isIdle(target: Target): Promise<boolean> {
  for (const state of ['queued', 'running']) {
    const answer = await ask(target, `/v1/jobs?state=${state}&limit=1`)
    if (answer?.status !== 200) return false
    const { jobs } = JSON.parse(answer.text) as { readonly jobs: readonly unknown[] }
    if (jobs.length > 0) return false
  }
  return true
}
