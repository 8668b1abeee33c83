import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, operation } from 'buzzer'
import { writeText } from './write-text.ts'

export interface ReportOrder {
  readonly month: number
  /** How long it is to be. */
  readonly words: number
  /** How long each word takes to come to mind. */
  readonly wordMs: number
}

export interface Report {
  readonly words: number
  readonly text: string
}

export default defineConfig({
  operations: {
    'write-report': operation({
      summary: 'Writes the report of a month, word by word',
      input: {
        type: 'object',
        required: ['month', 'words', 'wordMs'],
        properties: {
          month: { type: 'integer', minimum: 1, maximum: 12 },
          words: { type: 'integer', minimum: 2, maximum: 10_000 },
          wordMs: { type: 'integer', minimum: 0, maximum: 1_000 },
        },
        additionalProperties: false,
      },
      timeout: '5m',
      async run({ month, words, wordMs }: ReportOrder, ctx): Promise<Report> {
        let text = ''
        let count = 0
        for (const word of writeText(month, words)) {
          // Rejects when the job is cancelled, so that nobody writes what nobody wants.
          await sleep(wordMs, undefined, { signal: ctx.signal })
          text += word
          count += 1
          await ctx.output(word)
          await ctx.progress(Math.min(99, (count / words) * 100), `${count} words`)
        }
        return { words: count, text }
      },
    }),
  },
  store: 'sqlite:./data',
})
