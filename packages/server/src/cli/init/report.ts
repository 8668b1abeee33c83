import { lines, type Template } from './template.ts'

export const report: Template = {
  name: 'report',
  summary: 'long work that tells how far it is and puts out its result piece by piece',
  scripts: { call: 'node call.ts' },
  variables: [],
  tryIt: [
    ['npm run call', 'reads the report while it is written'],
    ['npx buzzer submit write-report \'{"pages":5}\' --wait', 'with a progress bar'],
  ],
  files: {
    'buzzer.config.ts': lines`
      import { setTimeout as sleep } from 'node:timers/promises'
      import { defineConfig, operation } from 'buzzer'

      export interface ReportOrder {
        readonly pages: number
      }

      export interface Report {
        readonly pages: readonly string[]
      }

      export default defineConfig({
        operations: {
          'write-report': operation({
            summary: 'Writes a report, page by page',
            input: {
              type: 'object',
              required: ['pages'],
              properties: { pages: { type: 'integer', minimum: 1, maximum: 1000 } },
              additionalProperties: false,
            },
            timeout: '10m',
            // No more than two at a time, over all nodes; the others wait.
            concurrency: 2,
            async run({ pages }: ReportOrder, ctx): Promise<Report> {
              const written: string[] = []
              while (written.length < pages) {
                // The signal ends the work when the job is cancelled or takes too long.
                await sleep(500, undefined, { signal: ctx.signal })
                const page = \`Page \${written.length + 1} of \${pages}\`
                written.push(page)
                await ctx.output(page)
                await ctx.progress((written.length / pages) * 100, page)
              }
              return { pages: written }
            },
          }),
        },
      })
    `,
    'call.ts': lines`
      import { createClient } from '@buzzer/client'
      import type config from './buzzer.config.ts'

      const url = process.env['BUZZER_URL'] ?? 'http://127.0.0.1:2899'
      const client = createClient<typeof config>({ url })

      const job = await client.submit('write-report', { pages: 5 })
      for await (const event of job) {
        const { progress } = event.job
        console.log(event.type, progress === null ? '' : \`\${progress.percent}% \${progress.message}\`)
      }
      console.log(await job.result())
    `,
  },
}
