import { lines, type Template } from './template.ts'

export const handler: Template = {
  name: 'handler',
  summary: 'one typed operation that a TypeScript function runs',
  scripts: { call: 'node call.ts' },
  variables: [],
  tryIt: [
    ['npm run call', 'calls it, typed, and prints each event and the result'],
    ['npx buzzer submit greet \'{"name":"Ada"}\' --wait', 'the same from the command line'],
  ],
  files: {
    'buzzer.config.ts': lines`
      import { defineConfig, operation } from 'buzzer'

      export interface Guest {
        readonly name: string
      }

      export interface Greeting {
        readonly text: string
      }

      export default defineConfig({
        operations: {
          greet: operation({
            summary: 'Greets somebody',
            // JSON Schema, or a schema of Zod or Valibot. What does not fit is refused with 422.
            input: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string', minLength: 1, maxLength: 100 } },
              additionalProperties: false,
            },
            // An error is tried again: 5 attempts, each later than the last.
            retry: { attempts: 5, delay: '1s' },
            timeout: '30s',
            async run({ name }: Guest, ctx): Promise<Greeting> {
              await ctx.progress(50, 'thinking of something nice')
              return { text: \`Hello, \${name}!\` }
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

      const job = await client.submit('greet', { name: 'Ada' })
      for await (const event of job) console.log(event.type)
      console.log(await job.result())
    `,
  },
}
