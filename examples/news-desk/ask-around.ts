import type { BatchResult, Client, JobHandle, OperationsOf } from '@buzzer/client'
import type config from './buzzer.config.ts'
import type { Headlines } from './buzzer.config.ts'

type NewsClient = Client<OperationsOf<typeof config>>

const sources = ['wire', 'radio', 'gazette'] as const
type Source = (typeof sources)[number]

const say = (text = ''): void => console.log(text)

/** Asks all sources at once, says who has answered as it comes, and prints one digest of all. */
export async function askAround(client: NewsClient): Promise<void> {
  const startedAt = performance.now()
  const sinceStart = (): string => `${Math.round(performance.now() - startedAt)} ms`

  // All are accepted, or none: three questions, one request, one commit.
  const batch = await client.batch(
    sources.map((source) => ({
      operation: 'ask-source' as const,
      input: { source },
      tags: [`source-${source}`],
    })),
  )
  say(`${batch.id}: asked ${sources.join(', ')}`)
  for await (const event of batch) {
    if (!event.type.startsWith('job.') || !('index' in event)) continue
    say(`  ${(sources[event.index] ?? '').padEnd(8)} ${event.state} after ${sinceStart()}`)
  }

  // A source that failed is no reason to keep the others from the reader.
  const results = await batch.results()
  say('\nThe digest')
  for (const [index, source] of sources.entries()) {
    const [result, job] = [results[index], batch.jobs[index]]
    if (result !== undefined && job !== undefined) await printSource(source, result, job)
  }
  const { state, counts } = await batch.status()
  say(`\n${counts.succeeded} of ${sources.length} answered; the batch has ${state}`)
}

async function printSource(
  source: Source,
  result: BatchResult<Headlines>,
  job: JobHandle<Headlines>,
): Promise<void> {
  const { attempt } = await job.status()
  if (result.state !== 'succeeded') {
    const why = result.state === 'failed' ? result.error.detail : result.state
    return say(`  ${source}: no news after ${attempt} attempts (${why})`)
  }
  say(`  ${source}${attempt > 1 ? `, at attempt ${attempt}` : ''}`)
  for (const headline of result.result) say(`    - ${headline}`)
}
