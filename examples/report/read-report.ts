import {
  JobCancelledError,
  type Client,
  type JobEvent,
  type JobHandle,
  type OperationsOf,
} from '@buzzer/client'
import process from 'node:process'
import { styleText } from 'node:util'
import type { Cable } from '../cable.ts'
import type config from './buzzer.config.ts'
import type { Report, ReportOrder } from './buzzer.config.ts'

type ReportClient = Client<OperationsOf<typeof config>>
type ReportJob = JobHandle<Report>

const print = (text: string): void => void process.stdout.write(text)
/** What is said about the report, told from the report itself. */
const note = (text: string): void =>
  print(`\n${styleText('dim', `-- ${text} --`, { stream: process.stdout })}\n`)

/**
 * Orders a report and prints it while it is written: the line is cut after a third of it, and the
 * reader itself goes away after two thirds and another one goes on.
 */
export async function readAlong(
  client: ReportClient,
  order: ReportOrder,
  cable: Cable,
): Promise<void> {
  const job = await orderReport(client, order)
  let read = ''
  let cursor = 0
  let isCut = false
  for await (const event of job) {
    if (event.type !== 'job.output') continue
    read += printPiece(event)
    cursor = event.sequence
    if (!isCut && event.index >= order.words / 3) {
      isCut = true
      cable.cut()
      note('the line is cut; the client connects again and asks for what came after its cursor')
    }
    if (event.index >= (order.words * 2) / 3) break
  }
  note(`this reader leaves at cursor ${cursor}; another goes on from there`)

  // All that the other one needs: the job's id, its token and the cursor.
  const same: ReportJob = client.job(job.id, { token: job.token })
  for await (const event of same.events({ since: cursor })) {
    if (event.type === 'job.output') read += printPiece(event)
  }
  const { text } = await same.result()
  note(read === text ? 'read whole: no word is missing, none came twice' : 'words are missing')
}

/** Orders a report, reads along and cancels it once a tenth is there. */
export async function readAndCancel(client: ReportClient, order: ReportOrder): Promise<void> {
  const job = await orderReport(client, order)
  let isCancelled = false
  for await (const event of job) {
    if (event.type === 'job.output' && !isCancelled) printPiece(event)
    if (event.type !== 'job.progress' || (event.progress.percent ?? 0) < 10 || isCancelled) continue
    isCancelled = true
    await job.cancel()
  }
  const { state, progress } = await job.status()
  note(`the job is ${state} after ${progress?.message ?? 'no words'}; the rest is never written`)
}

/** Ctrl-C cancels the report, and a second one ends this program. */
async function orderReport(client: ReportClient, order: ReportOrder): Promise<ReportJob> {
  const job = await client.submit('write-report', order)
  process.once('SIGINT', () => void job.cancel().catch(() => {}))
  note(`${job.id}, ${order.words} words`)
  return job
}

function printPiece({ piece }: JobEvent & { readonly type: 'job.output' }): string {
  const word = String(piece)
  print(word)
  return word
}

/** Whether this is how a report ends that somebody has cancelled. */
export const isCancel = (error: unknown): boolean => error instanceof JobCancelledError
