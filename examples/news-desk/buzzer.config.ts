import process from 'node:process'
import { defineConfig, operation, RetryableError } from 'buzzer'

const sourcesUrl = process.env.SOURCES_URL ?? 'http://127.0.0.1:4200'

export interface Question {
  readonly source: string
}

export type Headlines = readonly string[]

export default defineConfig({
  operations: {
    'ask-source': operation({
      summary: 'Asks one source for its headlines',
      input: {
        type: 'object',
        required: ['source'],
        properties: { source: { enum: ['wire', 'radio', 'gazette'] } },
        additionalProperties: false,
      },
      output: { type: 'array', items: { type: 'string' } },
      timeout: '5s',
      retry: { attempts: 4, delay: '100ms', maxDelay: '400ms' },
      async run({ source }: Question, ctx): Promise<Headlines> {
        const response = await fetch(`${sourcesUrl}/${source}`, { signal: ctx.signal })
        if (!response.ok) throw new RetryableError(`${source} answered ${response.status}`)
        return (await response.json()) as Headlines
      },
    }),
  },
  store: 'sqlite:./data',
})
